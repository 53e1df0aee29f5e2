namespace Ftte;

/// <summary>Represents a device's request for work.</summary>
/// <param name="Client">The ID of the client.</param>
/// <param name="MemoryBudgetBytes">The memory that is available for training on the device, in bytes.</param>
/// <param name="LayoutFingerprint">The <see cref="ParameterLayout.Fingerprint"/> of the device's model.</param>
/// <param name="HeldVersion">The version that the device holds, so that the server sends only the coordinates that have changed since; null for none.</param>
/// <param name="CanProbe">True if the device can measure the importance of each block; see <see cref="IImportanceProbe"/>.</param>
/// <param name="HeldFingerprint">
/// The <see cref="TrainingAssignment.ModelFingerprint"/> that came with <paramref name="HeldVersion"/>; ignored if that is null. The server relies on the held
/// version only if its own version of the same number has this fingerprint; otherwise it sends all parameters.
/// </param>
public sealed record CheckOutRequest(
    ClientId Client,
    long MemoryBudgetBytes,
    ulong LayoutFingerprint,
    ModelVersion? HeldVersion = null,
    bool CanProbe = false,
    ulong HeldFingerprint = 0)
{
    /// <summary>Gets a value that indicates whether the device can evaluate a version on examples that it holds back; see <see cref="IModelEvaluator"/>.</summary>
    public bool CanEvaluate { get; init; }

    /// <summary>Gets a value that indicates whether the device does not train. It receives work only if the server asks it to measure or to evaluate.</summary>
    public bool NeverTrains { get; init; }
}
