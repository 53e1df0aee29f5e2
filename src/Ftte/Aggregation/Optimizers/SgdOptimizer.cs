using Ftte.Numerics;

namespace Ftte.Aggregation;

/// <summary>x += eta D; without state.</summary>
internal sealed class SgdOptimizer(double learningRate) : ServerOptimizer(learningRate)
{
    internal override OptimizerState CreateState(int parameterCount) => new State(LearningRate);

    private sealed class State(double learningRate) : OptimizerState
    {
        public override OptimizerKind Kind => OptimizerKind.Sgd;

        // Without momentum a learning rate of at most 1 is an average with the current model, which statistics follow.
        public override double StatisticRate => Math.Min(1, learningRate);

        public override void Apply(Span<float> parameters, ReadOnlySpan<double> step, int start) =>
            StepKernel.Add(step, learningRate, parameters);
    }
}
