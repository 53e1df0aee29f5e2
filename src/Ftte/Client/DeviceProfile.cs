namespace Ftte;

/// <summary>What a device says about itself when it asks for work.</summary>
/// <param name="Client">Its name.</param>
/// <param name="MemoryBudgetBytes">The memory it can spare for training, in bytes.</param>
/// <param name="LayoutFingerprint">The <see cref="ParameterLayout.Fingerprint"/> of its model.</param>
/// <param name="HeldVersion">The version whose parameters it still holds, so that only what changed since is sent; null for none.</param>
/// <param name="CanProbe">Whether it can be asked what training each block would be worth, see <see cref="IImportanceProbe"/>.</param>
public sealed record DeviceProfile(
    ClientId Client,
    long MemoryBudgetBytes,
    ulong LayoutFingerprint,
    ModelVersion? HeldVersion = null,
    bool CanProbe = false);
