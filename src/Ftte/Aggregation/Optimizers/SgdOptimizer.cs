using Ftte.Numerics;

namespace Ftte;

/// <summary>x += eta D; without state.</summary>
internal sealed class SgdOptimizer(double learningRate) : ServerOptimizer(learningRate)
{
    internal override OptimizerState CreateState(int parameterCount) => new State(LearningRate);

    private sealed class State(double learningRate) : OptimizerState
    {
        public override void BeginStep(double meanWeight)
        {
        }

        public override void Apply(Span<float> parameters, ReadOnlySpan<double> step, int start) =>
            StepKernel.Add(step, learningRate, parameters);
    }
}
