namespace Ftte;

/// <summary>What a device says about itself when it asks for work.</summary>
/// <param name="Client">Its name.</param>
/// <param name="MemoryBudgetBytes">The memory it can spare for training, in bytes.</param>
/// <param name="LayoutFingerprint">The <see cref="ParameterLayout.Fingerprint"/> of its model.</param>
/// <param name="HeldVersion">The version whose parameters it still holds, so that only what changed since is sent; null for none.</param>
/// <param name="CanProbe">Whether it can be asked what training each block would be worth, see <see cref="IImportanceProbe"/>.</param>
/// <param name="HeldFingerprint">
/// The <see cref="TrainingAssignment.ModelFingerprint"/> that came with <paramref name="HeldVersion"/>; ignored without one. The server believes a held
/// version only if its own version of that number has this fingerprint; otherwise it sends all parameters.
/// </param>
public sealed record CheckOutRequest(
    ClientId Client,
    long MemoryBudgetBytes,
    ulong LayoutFingerprint,
    ModelVersion? HeldVersion = null,
    bool CanProbe = false,
    ulong HeldFingerprint = 0);
