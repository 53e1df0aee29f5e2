using Ftte.Numerics;

namespace Ftte.Aggregation;

/// <summary>Implements SGD, x += eta D, without state.</summary>
internal sealed class SgdOptimizer(double learningRate) : ServerOptimizer(learningRate)
{
    public override OptimizerState CreateState(int parameterCount) => new State(LearningRate);

    private sealed class State(double learningRate) : OptimizerState
    {
        public override string Kind => "Sgd";

        // Without momentum, a learning rate of at most 1 averages with the current model. Statistics use the same rate.
        internal override double StatisticRate => Math.Min(1, learningRate);

        internal override bool IsRecording => false;

        public override void Apply(in OptimizerStep step, Span<float> parameters, ReadOnlySpan<double> change, int start) =>
            StepKernel.Add(change, learningRate, parameters);
    }
}
