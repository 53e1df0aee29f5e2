namespace Ftte;

/// <summary>Represents the response to a request for work, with the immutable model that the response refers to.</summary>
/// <param name="Response">The response.</param>
/// <param name="Model">
/// The version that the assignment starts from; null unless work was assigned. The device needs its coordinates in <see cref="TrainingAssignment.Refreshed"/>.
/// </param>
public readonly record struct SnapshotCheckOut(CheckOutResponse Response, ModelSnapshot? Model = null);
