using Ftte.Selection;

namespace Ftte.Tests;

public sealed class ReselectionOptionsTests
{
    private static readonly ParameterLayout Other = ParameterLayout.Create(("other", [12]));

    public static TheoryData<string, Action<ReselectionOptions>> Mistakes { get; } = new()
    {
        { nameof(ReselectionOptions.Selector), o => o.Selector = null! },
        { nameof(ReselectionOptions.Profile), o => o.Profile = null! },
        { nameof(ReselectionOptions.Importance), o => o.Importance = null! },
        { nameof(ReselectionOptions.Importance), o => o.Importance = new BlockImportance(Other, 1) },
        { nameof(ReselectionOptions.EveryVersions), o => o.EveryVersions = 0 },
        { nameof(ReselectionOptions.Probes), o => o.Probes = -1 },
        { nameof(ReselectionOptions.ExcludedShare), o => o.ExcludedShare = -0.1 },
        { nameof(ReselectionOptions.ExcludedShare), o => o.ExcludedShare = 1 },
        { nameof(ReselectionOptions.ExcludedShare), o => o.ExcludedShare = double.NaN },
        { nameof(ReselectionOptions.MemoryBudgetBytes), o => o.MemoryBudgetBytes = -1 },
        { nameof(ReselectionOptions.PayloadBudgetBytes), o => o.PayloadBudgetBytes = -1 },
        { nameof(ReselectionOptions.ComputeBudget), o => o.ComputeBudget = -1 },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_setting_missing_or_out_of_range_is_named(string setting, Action<ReselectionOptions> mistake)
    {
        ReselectionOptions options = new TurningSelector().Every(1);
        options.Validate();
        mistake(options);

        Assert.Equal(setting, Assert.ThrowsAny<ArgumentException>(options.Validate).ParamName);
    }

    [Fact]
    public void The_defaults_choose_every_50_versions_within_what_the_weakest_device_can_spare()
    {
        var options = new ReselectionOptions { Selector = new TurningSelector(), Profile = TurningSelector.Profile, Importance = TurningSelector.Guess };

        options.Validate();

        Assert.Equal((50, (int?)null, (double?)null), (options.EveryVersions, options.Probes, options.ExcludedShare));
        Assert.Equal((null, null, null), (options.MemoryBudgetBytes, options.PayloadBudgetBytes, options.ComputeBudget));
    }
}
