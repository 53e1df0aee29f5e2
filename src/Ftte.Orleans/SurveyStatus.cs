namespace Ftte.Orleans;

/// <summary>Represents the importance survey of a cluster while a buffer is filled.</summary>
/// <param name="Number">The number of the latest survey.</param>
/// <param name="IsOpen">True if devices are asked.</param>
/// <param name="OpenedAt">The version at which the survey was opened, if it is open. Assignments of earlier surveys have an earlier version.</param>
internal readonly record struct SurveyStatus(long Number, bool IsOpen, ModelVersion OpenedAt);
