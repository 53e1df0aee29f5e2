namespace Ftte;

/// <summary>One piece of work for one device: train this selection, starting from this version; or measure what training would be worth.</summary>
/// <param name="Client">The device it was given to.</param>
/// <param name="UpdateId">The name that its update will bear; also the lease's number.</param>
/// <param name="LayoutFingerprint">The fingerprint of the model's layout.</param>
/// <param name="Version">The version to start from.</param>
/// <param name="SelectionVersion">The number of the selection.</param>
/// <param name="Selection">The coordinates to train; all others stay as received.</param>
/// <param name="Refreshed">The coordinates that the check-out wrote into the device's buffer: everything at first, later only what it lacked.</param>
/// <param name="Content">What the update's values are to be; for <see cref="UpdateContent.Importance"/> nothing is trained, see <see cref="IImportanceProbe"/>.</param>
/// <param name="LeaseDuration">
/// How long the server counts the device as at work. An update that arrives later is still accepted, at its true age.
/// </param>
/// <param name="ModelFingerprint">The <see cref="ModelSnapshot.Fingerprint"/> of the version to start from.</param>
public sealed record TrainingAssignment(
    ClientId Client,
    UpdateId UpdateId,
    ulong LayoutFingerprint,
    ModelVersion Version,
    SelectionVersion SelectionVersion,
    ParameterSelection Selection,
    ParameterSelection Refreshed,
    UpdateContent Content,
    TimeSpan LeaseDuration,
    ulong ModelFingerprint = 0)
{
    /// <summary>Gets the memory that the device can spare for this assignment, in bytes.</summary>
    /// <value>Null if it is not known. Set on the device, by <see cref="FederatedClient"/>; never sent.</value>
    public long? MemoryBudgetBytes { get; init; }

    /// <summary>Makes the header of the update that answers this assignment.</summary>
    /// <param name="exampleCount">The number of local examples trained on or measured with, at least 1.</param>
    /// <returns>The header.</returns>
    public UpdateHeader CreateHeader(int exampleCount) =>
        new(Client, UpdateId, LayoutFingerprint, Version, SelectionVersion, exampleCount, Content, ModelFingerprint);
}
