using Ftte.Aggregation;
using Ftte.Selection;

namespace Ftte.Tests.Aggregation;

/// <summary>Options are checked and copied.</summary>
public class AggregatorOptionsTests
{
    [Fact]
    public void Options_changed_afterwards_change_nothing()
    {
        var options = new BufferedAggregatorOptions { Capacity = 2 };
        Bench bench = Bench.OfZeros(options);
        options.Capacity = 1;
        Assert.Equal(UpdateOutcome.Buffered, bench.Submit(0, 1f, 1f).Outcome);
    }

    [Theory]
    [MemberData(nameof(BadOptions))]
    public void Options_out_of_range_are_named(string name, Action<BufferedAggregatorOptions> spoil)
    {
        var options = new BufferedAggregatorOptions();
        spoil(options);
        Assert.Equal(name, Assert.ThrowsAny<ArgumentException>(options.Validate).ParamName);
    }

    public static TheoryData<string, Action<BufferedAggregatorOptions>> BadOptions => new()
    {
        { "Capacity", o => o.Capacity = 0 },
        { "Reduction", o => o.Reduction = null! },
        { "Weighting", o => o.Weighting = null! },
        { "Optimizer", o => o.Optimizer = null! },
        { "Concurrency", o => o.Concurrency = 0 },
        { "MaxAge", o => o.MaxAge = -1 },
        { "MaxUpdatesPerClient", o => o.MaxUpdatesPerClient = 0 },
        { "ExpectedExampleCount", o => o.ExpectedExampleCount = 0 },
        { "ExampleCap", o => o.ExampleCap = double.NaN },
        { "NormClip", o => o.NormClip = 0 },
        { "MaxNorm", o => o.MaxNorm = double.PositiveInfinity },
        { "MinMassShare", o => o.MinMassShare = 1.5 },
        { "FlushShare", o => o.FlushShare = -1 },
        { "AgeOrigin", o => o.AgeOrigin = (AgeOrigin)5 },
    };

    [Fact]
    public void Arguments_that_are_null_and_options_out_of_range_are_refused_by_the_aggregator()
    {
        var layout = ParameterLayout.Create(("x", [2]));
        var model = new ModelSnapshot(layout, default, [1, 2]);
        var selections = new SelectionHistory(ParameterSelection.Full(layout));
        var aggregator = new BufferedAggregator(model, selections);
        Assert.Throws<ArgumentNullException>("initial", () => new BufferedAggregator(null!, selections));
        Assert.Throws<ArgumentNullException>("selections", () => new BufferedAggregator(model, null!));
        Assert.Throws<ArgumentOutOfRangeException>("Capacity", () => new BufferedAggregator(model, selections, new() { Capacity = 0 }));
        Assert.Throws<ArgumentNullException>("earlier", () => aggregator.RollBack(null!));
        Assert.Throws<ArgumentNullException>("update", () => { _ = aggregator.AggregateAsync(null!).AsTask(); });
        Assert.Throws<ArgumentNullException>("state", () => BufferedAggregator.Restore(null!, layout, selections));
        Assert.Throws<ArgumentNullException>("layout", () => BufferedAggregator.Restore(aggregator.CaptureState(), null!, selections));
        Assert.Throws<ArgumentNullException>("selections", () => BufferedAggregator.Restore(aggregator.CaptureState(), layout, null!));
    }

    [Fact]
    public void Selections_of_another_model_are_refused()
    {
        var layout = ParameterLayout.Create(("x", [2]));
        var other = ParameterLayout.Create(("x", [3]));
        Assert.Throws<ArgumentException>("selections", () => new BufferedAggregator(new ModelSnapshot(layout, default, [1, 2]), new SelectionHistory(ParameterSelection.Full(other))));
    }
}
