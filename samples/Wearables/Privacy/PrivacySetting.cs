using System.Collections.Immutable;

namespace Wearables.Privacy;

/// <summary>Represents a setting that is compared.</summary>
/// <param name="Name">The name, which identifies the setting in the resume file.</param>
/// <param name="Share">The share of the parameters that are trained: <see cref="All"/>, <see cref="Subset"/> or <see cref="Small"/>.</param>
internal sealed record PrivacySetting(string Name, string Share)
{
    /// <summary>The share with all parameters.</summary>
    public const string All = "all parameters";

    /// <summary>The share that FTTE selects for five eighths of the memory of a watch.</summary>
    public const string Subset = "FTTE's subset";

    /// <summary>The share that FTTE selects for half of that memory.</summary>
    public const string Small = "small subset";

    /// <summary>Gets the noise; null without differential privacy.</summary>
    public NoiseKind? Noise { get; init; }

    /// <summary>Gets epsilon; null without noise.</summary>
    public double? Epsilon { get; init; }

    /// <summary>Gets the probability that a member leaves its cohort; null without secure aggregation.</summary>
    public double? DropOut { get; init; }

    /// <summary>Gets a value that indicates whether the setting has differential privacy.</summary>
    public bool IsPrivate => Noise is not null;

    /// <summary>Creates all settings.</summary>
    /// <param name="epsilons">The budgets.</param>
    public static ImmutableArray<PrivacySetting> Create(IEnumerable<double> epsilons)
    {
        double[] budgets = [.. epsilons];
        string[] shares = [Small, Subset, All];
        return
        [
            .. shares.Select(share => new PrivacySetting($"{share}, no noise", share) { Noise = NoiseKind.None }),
            .. from share in shares
               from noise in new[] { NoiseKind.Independent, NoiseKind.Banded }
               from epsilon in budgets
               select new PrivacySetting(FormattableString.Invariant($"{share}, {noise}, epsilon {epsilon}"), share) { Noise = noise, Epsilon = epsilon },
            new PrivacySetting("no secure aggregation", Subset),
            .. new[] { 0, 0.1, 0.3 }.Select(dropOut => new PrivacySetting(FormattableString.Invariant($"secure aggregation, drop-outs {dropOut}"), Subset) { DropOut = dropOut }),
        ];
    }
}
