using Ftte.Aggregation;

namespace Ftte.Tests.Aggregation;

/// <summary>An exception of a custom optimizer or reduction refuses the version instead of failing the call of a device.</summary>
public sealed class ThrowingPartTests
{
    public enum Fault
    {
        None,
        Apply,
        Record,
        Choose,
        Center,
    }

    [Theory]
    [InlineData(Fault.Apply, "ThrowingOptimizer")]
    [InlineData(Fault.Record, "ThrowingOptimizer")]
    [InlineData(Fault.Choose, "ThrowingReduction")]
    [InlineData(Fault.Center, "ThrowingReduction")]
    public void The_version_is_refused_with_the_reason_and_the_updates_may_be_sent_again(Fault fault, string part)
    {
        var faults = new FaultSwitch { Fault = fault };
        Bench bench = Bench.OfZeros(CreateOptions(faults));
        UpdateHeader[] headers = [bench.Header(), bench.Header(), bench.Header()];
        Assert.Equal([UpdateOutcome.Buffered, UpdateOutcome.Buffered, UpdateOutcome.Refused], headers.Select(header => bench.Submit(header, 1, 1).Outcome));

        VersionRefusal refusal = bench.Aggregator.LatestRefusal!;
        Assert.Equal((1, 3, default), (refusal.Number, refusal.UpdateCount, refusal.Version));
        Assert.Contains(part, refusal.Reason, StringComparison.Ordinal);
        Assert.Contains($"threw FormatException: {fault}", refusal.Reason, StringComparison.Ordinal);

        faults.Fault = Fault.None;
        Assert.Equal([UpdateOutcome.Buffered, UpdateOutcome.Buffered, UpdateOutcome.Published], headers.Select(header => bench.Submit(header, 1, 1).Outcome));
    }

    [Theory]
    [InlineData(Fault.Apply)]
    [InlineData(Fault.Choose)]
    [InlineData(Fault.Center)]
    public void Later_versions_are_as_if_the_refused_buffer_had_never_existed(Fault fault)
    {
        var faults = new FaultSwitch();
        Bench bench = Bench.OfZeros(CreateOptions(faults)), twin = Bench.OfZeros(CreateOptions(new FaultSwitch()));
        Submit(bench, .5f);
        Submit(twin, .5f);
        faults.Fault = fault;
        Submit(bench, 1);
        faults.Fault = Fault.None;

        Submit(bench, .25f);
        Submit(twin, .25f);

        Assert.Equal(1, bench.Aggregator.LatestRefusal?.Number);
        Assert.Equal(twin.Model, bench.Model);
    }

    [Fact]
    public void A_failed_recording_resets_the_optimizer_because_it_may_contain_a_part_of_the_step()
    {
        var faults = new FaultSwitch();
        Bench bench = Bench.OfZeros(CreateOptions(faults));
        Submit(bench, .5f);
        faults.Fault = Fault.Record;
        Submit(bench, .5f);
        faults.Fault = Fault.None;

        Submit(bench, .5f);

        Assert.Equal([0L, 1L, 0L], faults.Steps);
        Assert.Equal([1f, 1f], bench.Model);
    }

    private static BufferedAggregatorOptions CreateOptions(FaultSwitch faults) => new()
    {
        Capacity = 3,
        NormClip = null,
        Optimizer = new ThrowingOptimizer(faults),
        Reduction = new ThrowingReduction(faults),
    };

    private static void Submit(Bench bench, float value)
    {
        for (int i = 0; i < 3; i++)
        {
            bench.Submit(0, value, value);
        }
    }

    private sealed class FaultSwitch
    {
        public Fault Fault { get; set; }

        /// <summary>Gets the numbers of the steps that were applied.</summary>
        public List<long> Steps { get; } = [];

        public void ThrowIf(Fault fault)
        {
            if (Fault == fault)
            {
                throw new FormatException($"{fault}");
            }
        }
    }

    private sealed class ThrowingOptimizer(FaultSwitch faults) : ServerOptimizer(1)
    {
        public override OptimizerState CreateState(int parameterCount) => new State(faults);

        private sealed class State(FaultSwitch faults) : OptimizerState
        {
            public override void Apply(in OptimizerStep step, Span<float> parameters, ReadOnlySpan<double> change, int start)
            {
                faults.ThrowIf(Fault.Apply);
                faults.Steps.Add(step.Number);
                for (int i = 0; i < parameters.Length; i++)
                {
                    parameters[i] += (float)change[i];
                }
            }

            public override void Record(in OptimizerStep step, ReadOnlySpan<double> change, int start) => faults.ThrowIf(Fault.Record);
        }
    }

    private sealed class ThrowingReduction(FaultSwitch faults) : RobustReduction(minContributors: 3, minGroup: 3, "The test needs at least 3 updates.")
    {
        protected internal override IReadOnlyList<int> Choose(UpdateGroup group)
        {
            faults.ThrowIf(Fault.Choose);
            return base.Choose(group);
        }

        protected internal override double Center(Span<float> values)
        {
            faults.ThrowIf(Fault.Center);
            return values[0];
        }
    }
}
