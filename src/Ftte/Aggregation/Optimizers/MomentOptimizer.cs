using System.Buffers;
using System.Runtime.CompilerServices;
using Ftte.Common;
using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Implements momentum, Adagrad, Adam and Yogi, which differ only in the update of the second moment.</summary>
internal sealed class MomentOptimizer : ServerOptimizer
{
    private readonly MomentRule _rule;
    private readonly double _beta1;
    private readonly double _beta2;
    private readonly double _tau;

    public MomentOptimizer(MomentRule rule, double learningRate, double beta1, double beta2, double tau)
        : base(learningRate)
    {
        _rule = rule;
        _beta1 = PolicyGuard.Within(beta1, 0, Math.BitDecrement(1.0));
        _beta2 = PolicyGuard.Within(beta2, 0, Math.BitDecrement(1.0));
        _tau = tau;
    }

    public override OptimizerState CreateState(int parameterCount) => new State(this, parameterCount);

    private sealed class State : OptimizerState, IOptimizerStateStorage
    {
        private readonly MomentOptimizer _optimizer;
        private readonly float[] _first;
        private readonly float[]? _second;

        // The number of the last step that changed each coordinate; 0 for none.
        private readonly int[] _lastStep;
        private long _recorded;

        public State(MomentOptimizer optimizer, int parameterCount)
        {
            _optimizer = optimizer;
            _first = new float[parameterCount];
            _lastStep = new int[parameterCount];
            if (optimizer._rule != MomentRule.Momentum)
            {
                _second = new float[parameterCount];
                Array.Fill(_second, (float)(optimizer._tau * optimizer._tau));
            }
        }

        public override string Kind => _optimizer._rule.ToString();

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Apply(in OptimizerStep step, Span<float> parameters, ReadOnlySpan<double> change, int start)
        {
            double learningRate = _optimizer.LearningRate * (_second is null ? 1 : step.MeanWeight);
            var gap = new GapDecay(_optimizer._beta1);
            for (int i = 0; i < parameters.Length; i++)
            {
                (double first, double second) = NextMoments(step.Number, start + i, change[i], ref gap);
                double direction = _second is null ? first : first / (Math.Sqrt(second) + _optimizer._tau);
                parameters[i] = (float)(parameters[i] + (learningRate * direction));
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Record(in OptimizerStep step, ReadOnlySpan<double> change, int start)
        {
            var gap = new GapDecay(_optimizer._beta1);
            _recorded = step.Number + 1;
            for (int i = 0; i < change.Length; i++)
            {
                int j = start + i;
                (double first, double second) = NextMoments(step.Number, j, change[i], ref gap);
                _first[j] = (float)first;
                _lastStep[j] = (int)_recorded;
                if (_second is not null)
                {
                    _second[j] = (float)second;
                }
            }
        }

        public void Save(IBufferWriter<byte> destination)
        {
            var writer = new StateWriter(destination);
            writer.Int64(_recorded);
            writer.Values<float>(_first);
            writer.Values<float>(_second);
            writer.Values<int>(_lastStep);
        }

        public void Load(ReadOnlySpan<byte> saved)
        {
            var reader = new StateReader(saved);
            _recorded = reader.Int64("number of steps");
            reader.Values<float>(_first);
            StateReader.CheckFinite("momentum", _first);
            if (_second is not null)
            {
                reader.Values<float>(_second);
                StateReader.CheckFinite("second moment", _second);
            }

            reader.Values<int>(_lastStep);
            if (_recorded > int.MaxValue || _second.AsSpan().ContainsAnyExceptInRange(0f, float.MaxValue) || _lastStep.AsSpan().ContainsAnyExceptInRange(0, (int)_recorded))
            {
                throw StateReader.Bad("second moment or last step", _recorded);
            }

            reader.End();
        }

        private (double First, double Second) NextMoments(long number, int j, double d, ref GapDecay gap)
        {
            double share = _second is null ? 1 : 1 - _optimizer._beta1;
            double first = (_optimizer._beta1 * gap.DecayOver((int)(number - _lastStep[j])) * _first[j]) + (share * d);
            return (first, _second is null ? 0 : NextSecond(_second[j], d * d));
        }

        private double NextSecond(double second, double square) => _optimizer._rule switch
        {
            MomentRule.Adagrad => second + square,
            MomentRule.Adam => (_optimizer._beta2 * second) + ((1 - _optimizer._beta2) * square),
            _ => second - ((1 - _optimizer._beta2) * square * Math.Sign(second - square)),
        };
    }

    /// <summary>Computes the decay of a momentum over the steps without its coordinate. Caches the last result, because adjacent coordinates mostly have the same number of steps.</summary>
    private struct GapDecay(double beta)
    {
        private int _gap;
        private double _decay = 1;

        public double DecayOver(int gap)
        {
            if (gap != _gap)
            {
                (_gap, _decay) = (gap, Math.Pow(beta, gap));
            }

            return _decay;
        }
    }
}
