using System.Buffers;
using Ftte.Aggregation;
using Ftte.Wire;

namespace Ftte.Tests.Aggregation;

/// <summary>What optimizers receive, and what of a saved one is rejected.</summary>
public class OptimizerStateTests
{
    [Fact]
    public void A_custom_optimizer_sees_each_step_and_is_known_by_its_type()
    {
        var optimizer = new RecordingOptimizer();
        var options = new BufferedAggregatorOptions { Optimizer = optimizer, Weighting = new PolynomialWeighting(), NormClip = null, ExampleCap = null };
        Bench.Buffer(options, 0, (1, 3, 1), (1, 8, 1), (1, 0, 1));
        Assert.Equal(new OptimizerStep(0, 3, (.5 + (1 / 3.0) + 1) / 3, 8), Assert.Single(optimizer.Steps) with { MeanWeight = (.5 + (1 / 3.0) + 1) / 3 });
        Assert.Equal((.5 + (1 / 3.0) + 1) / 3, optimizer.Steps[0].MeanWeight, 1e-6);
        Assert.Equal("Ftte.Tests.Aggregation.OptimizerStateTests+RecordingOptimizer+State", optimizer.CreateState(1).Kind);
    }

    [Fact]
    public void Momentum_does_not_damp_a_stale_step_twice() =>
        Assert.Equal(2, Bench.Buffer(new() { Optimizer = ServerOptimizer.Momentum(), Weighting = new PolynomialWeighting(), NormClip = null }, 0, (4, 3, 1)), 1e-6);

    [Fact]
    public void Yogi_keeps_a_second_moment_that_equals_the_square()
    {
        var bench = new Bench([0], new() { Capacity = 1, Optimizer = ServerOptimizer.Yogi(1, beta1: 0, beta2: .5, tau: 1), NormClip = null, Weighting = new ConstantWeighting() });
        bench.Submit(0, 1f);
        bench.Submit(0, 1f);
        Assert.Equal([1f], bench.Model);
    }

    [Theory]
    [InlineData(.5, 2)]
    [InlineData(1, 4)]
    [InlineData(5, 4)]
    public void Statistics_follow_the_learning_rate_of_sgd_up_to_the_measured_values(double learningRate, float expected)
    {
        ParameterLayout layout = ParameterLayout.Create([("mean", [1], ParameterRole.Statistic)]);
        var bench = new Bench(layout, [0], new() { Capacity = 1, Optimizer = ServerOptimizer.Sgd(learningRate), NormClip = null, Weighting = new ConstantWeighting() });
        bench.Submit(0, 4f);
        Assert.Equal([expected], bench.Model);
    }

    public static TheoryData<string, WireError?, long, float[], float[], int[]> Saved => new()
    {
        { "as it was", null, 3, [1, -1], [1, 0], [3, 0] },
        { "the last step that is counted", null, int.MaxValue, [1, -1], [1, 0], [3, 0] },
        { "more steps than are counted", WireError.BadValue, 1L + int.MaxValue, [1, -1], [1, 0], [3, 0] },
        { "momentum NaN", WireError.BadValue, 3, [1, float.NaN], [1, 0], [3, 0] },
        { "infinite second moment", WireError.BadValue, 3, [1, -1], [1, float.PositiveInfinity], [3, 0] },
        { "negative second moment", WireError.BadValue, 3, [1, -1], [-1, 0], [3, 0] },
        { "a step to come", WireError.BadValue, 3, [1, -1], [1, 0], [4, 0] },
        { "a negative step", WireError.BadValue, 3, [1, -1], [1, 0], [3, -1] },
        { "bytes behind", WireError.Inconsistent, 3, [1, -1], [1, 0], [3, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(Saved))]
    public void A_saved_optimizer_is_restored_only_if_it_is_possible(string name, WireError? reason, long steps, float[] first, float[] second, int[] last)
    {
        var state = (IOptimizerStateStorage)ServerOptimizer.Adam().CreateState(2);
        byte[] saved = StateBytes.Write(writer =>
        {
            writer.Int64(steps);
            writer.Values<float>(first);
            writer.Values<float>(second);
            writer.Values<int>(last);
        });
        Assert.Equal(reason, (Record.Exception(() => state.Load(saved)) as WireFormatException)?.Reason);
        if (reason is null)
        {
            var output = new ArrayBufferWriter<byte>();
            state.Save(output);
            Assert.True(output.WrittenSpan.SequenceEqual(saved), name);
        }
    }

    private sealed class RecordingOptimizer() : ServerOptimizer(1)
    {
        public List<OptimizerStep> Steps { get; } = [];

        public override OptimizerState CreateState(int parameterCount) => new State(this);

        private sealed class State(RecordingOptimizer optimizer) : OptimizerState
        {
            public override void Apply(in OptimizerStep step, Span<float> parameters, ReadOnlySpan<double> change, int start) => optimizer.Steps.Add(step);
        }
    }
}
