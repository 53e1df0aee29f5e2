namespace Ftte.Privacy.Tests;

public class DifferentialPrivacyOptionsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public void A_run_within_a_budget_spends_exactly_the_budget(int bands)
    {
        DifferentialPrivacyOptions options = DifferentialPrivacyOptions.ForBudget(4, 1e-6, clippingNorm: 0.5, maxVersions: 500, new ParticipationLimits(5, 50), bands);

        options.Validate();

        Assert.Equal(4, options.ComputeEpsilon(500), 1e-9);
        Assert.Equal(0, options.ComputeEpsilon(0));
        Assert.InRange(options.ComputeEpsilon(1), 0.1, 2);
        Assert.True(options.ComputeEpsilon(51) > options.ComputeEpsilon(50));
    }

    [Theory]
    [InlineData(nameof(DifferentialPrivacyOptions.ClippingNorm))]
    [InlineData(nameof(DifferentialPrivacyOptions.NoiseMultiplier))]
    [InlineData(nameof(DifferentialPrivacyOptions.MaxVersions))]
    [InlineData(nameof(DifferentialPrivacyOptions.Delta))]
    [InlineData(nameof(DifferentialPrivacyOptions.MaxParticipations))]
    [InlineData(nameof(DifferentialPrivacyOptions.MinSeparation))]
    [InlineData(nameof(DifferentialPrivacyOptions.Bands))]
    public void A_number_that_is_missing_is_named(string name)
    {
        DifferentialPrivacyOptions options = PrivacyBench.AlmostNoiseless();
        typeof(DifferentialPrivacyOptions).GetProperty(name)!.SetValue(options, name is nameof(options.ClippingNorm) or nameof(options.NoiseMultiplier) or nameof(options.Delta) ? 0.0 : (object)0);

        Assert.Equal(name, Assert.Throws<ArgumentOutOfRangeException>(options.Validate).ParamName);
    }

    [Fact]
    public void Bands_beyond_the_separation_are_refused()
    {
        DifferentialPrivacyOptions options = PrivacyBench.AlmostNoiseless();
        (options.MinSeparation, options.Bands) = (3, 4);

        Assert.Contains("Raise MinSeparation", Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Adaptive_clipping_with_correlated_noise_is_refused()
    {
        DifferentialPrivacyOptions options = PrivacyBench.AlmostNoiseless();
        (options.MinSeparation, options.Bands, options.AdaptiveClipping) = (2, 2, new AdaptiveClipping(1));

        Assert.Contains("clipping norm must be the same", Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_below_the_resolution_of_the_sums_is_refused()
    {
        DifferentialPrivacyOptions options = PrivacyBench.AlmostNoiseless();
        options.NoiseMultiplier *= 0.99;

        Assert.Contains("too small for the resolution", Assert.Throws<ArgumentException>(options.Validate).Message, StringComparison.Ordinal);
    }
}
