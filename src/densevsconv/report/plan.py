"""What a report is asked to do: plan/report.json."""

from pydantic import Field

from densevsconv.results.plan import StudyPlan


class ReportPlan(StudyPlan):
    """plan/report.json: the study, and what its report says and puts in front."""

    title: str = Field(description="Of the report.")
    question: str = Field(default="", description="The question, in one sentence.")
    description: str = Field(default="", description="What is compared and why.")
    notes: str = Field(default="", description="What closes the section on limits.")
    publication: str = Field(default="", description="The work that the study reproduces.")
    highlights: list[str] = Field(default_factory=list, description="Cases put in front.")
    execution: str = Field(description="How TensorFlow runs an epoch.")
    target_accuracy: float = Field(description="Validation accuracy of the time to a target.")
    timed_seconds: float | None = Field(
        default=None, description="About how long a timed training may take; null: all of it."
    )
