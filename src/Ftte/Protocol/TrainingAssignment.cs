namespace Ftte;

/// <summary>Represents the work that the server assigns to one device: to train a selection, to measure the importance of blocks, or to evaluate a version.</summary>
/// <param name="Client">The ID of the client that the work is assigned to.</param>
/// <param name="UpdateId">The ID of the update that answers this assignment. Also identifies the lease.</param>
/// <param name="LayoutFingerprint">The fingerprint of the model's layout.</param>
/// <param name="Version">The version to start from, or to evaluate.</param>
/// <param name="SelectionVersion">The number of the selection.</param>
/// <param name="Selection">The coordinates to train; all others keep the received values.</param>
/// <param name="Refreshed">The coordinates that the check-out wrote into the device's buffer: all at first, later only those that the device lacked.</param>
/// <param name="Content">The content of the update to return. For <see cref="UpdateContent.Importance"/> and <see cref="UpdateContent.Evaluation"/> nothing is trained; see <see cref="IImportanceProbe"/> and <see cref="IModelEvaluator"/>.</param>
/// <param name="LeaseDuration">
/// The time for which the server counts the device as at work. An update that arrives later is still accepted, with its true staleness.
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
    /// <summary>Gets the factor by which the device multiplies its learning rate.</summary>
    /// <value>1 by default; finite and positive. Set by the server with <see cref="FederatedServer.ChangeStepScale"/>.</value>
    public float StepScale { get; init; } = 1;

    /// <summary>Gets the memory that is available on the device for this assignment, in bytes.</summary>
    /// <value>Null if unknown. Set on the device by <see cref="FederatedClient"/>; never sent.</value>
    public long? MemoryBudgetBytes { get; init; }

    /// <summary>Gets the receiver of the trainer's progress in [0, 1], which the trainer may call from any thread, such as after each step.</summary>
    /// <value>Null if nobody is interested. Set on the device by <see cref="FederatedClient"/>; never sent.</value>
    public IProgress<double>? Progress { get; init; }

    /// <summary>Creates the header of the update that answers this assignment.</summary>
    /// <param name="exampleCount">The number of local examples used for training or measuring, at least 1.</param>
    /// <returns>The header.</returns>
    public UpdateHeader CreateHeader(int exampleCount) =>
        new(Client, UpdateId, LayoutFingerprint, Version, SelectionVersion, exampleCount, Content, ModelFingerprint);
}
