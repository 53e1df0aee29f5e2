using System.Buffers;
using System.Buffers.Binary;
using Ftte.Aggregation;

namespace Ftte.PublicApi.Tests.Outsider;

/// <summary>An optimizer: every parameter moves by the learning rate in the direction of its step, divided by the number of steps so far.</summary>
internal sealed class SignOptimizer(double learningRate) : ServerOptimizer(learningRate)
{
    /// <summary>Gets the buffers that were applied, for the tests.</summary>
    public List<OptimizerStep> Applied { get; } = [];

    public override OptimizerState CreateState(int parameterCount) => new State(this);

    private sealed class State(SignOptimizer optimizer) : OptimizerState, IOptimizerStateStorage
    {
        private long _steps;

        public override void Apply(in OptimizerStep step, Span<float> parameters, ReadOnlySpan<double> change, int start)
        {
            optimizer.Applied.Add(step);
            for (int i = 0; i < parameters.Length; i++)
            {
                parameters[i] += (float)(optimizer.LearningRate * Math.Sign(change[i]) / (_steps + 1));
            }
        }

        public override void Record(in OptimizerStep step, ReadOnlySpan<double> change, int start) => _steps = step.Number + 1;

        public void Save(IBufferWriter<byte> destination)
        {
            BinaryPrimitives.WriteInt64LittleEndian(destination.GetSpan(sizeof(long)), _steps);
            destination.Advance(sizeof(long));
        }

        public void Load(ReadOnlySpan<byte> saved) =>
            _steps = saved.Length == sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(saved) : throw new FormatException("The state has the wrong length.");
    }
}
