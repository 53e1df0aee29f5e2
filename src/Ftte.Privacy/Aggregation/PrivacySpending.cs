using System.Globalization;

namespace Ftte.Privacy;

/// <summary>Represents what a run has spent of its privacy budget.</summary>
/// <param name="Versions">The number of versions whose noise was drawn, including refused ones.</param>
/// <param name="MaxVersions">The number of versions after which training ends.</param>
/// <param name="Epsilon">epsilon for a client that contributed as often as the limits allow.</param>
/// <param name="Delta">delta.</param>
public sealed record PrivacySpending(int Versions, int MaxVersions, double Epsilon, double Delta)
{
    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"epsilon {Epsilon:G4} at delta {Delta:G4} after {Versions} of {MaxVersions} versions");
}
