using System.Runtime.CompilerServices;

namespace Ftte;

/// <summary>What an optimizer with moments does with the second one.</summary>
internal enum MomentRule
{
    Momentum,
    Adagrad,
    Adam,
    Yogi,
}

/// <summary>Momentum, Adagrad, Adam and Yogi: one loop, they differ in one line.</summary>
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

    internal override OptimizerState CreateState(int parameterCount) => new State(this, parameterCount);

    private sealed class State : OptimizerState
    {
        private readonly MomentOptimizer _optimizer;
        private readonly float[] _first;
        private readonly float[]? _second;
        private readonly int[] _lastStep;
        private double _learningRate;
        private int _step;

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

        public override void BeginStep(double meanWeight)
        {
            _step++;
            _learningRate = _optimizer.LearningRate * (_second is null ? 1 : meanWeight);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Apply(Span<float> parameters, ReadOnlySpan<double> step, int start)
        {
            double beta1 = _optimizer._beta1;
            double share = _second is null ? 1 : 1 - beta1;
            int knownGap = 0;
            double decay = 1;
            for (int i = 0; i < parameters.Length; i++)
            {
                int j = start + i;
                double d = step[i];
                // Steps that passed this coordinate by since it was last touched; neighbours mostly share the gap.
                int gap = _step - _lastStep[j] - 1;
                if (gap != knownGap)
                {
                    (knownGap, decay) = (gap, Math.Pow(beta1, gap));
                }

                double first = (beta1 * decay * _first[j]) + (share * d);
                _first[j] = (float)first;
                _lastStep[j] = _step;
                double direction = first;
                if (_second is not null)
                {
                    double second = NextSecond(_second[j], d * d);
                    _second[j] = (float)second;
                    direction = first / (Math.Sqrt(second) + _optimizer._tau);
                }

                parameters[i] = (float)(parameters[i] + (_learningRate * direction));
            }
        }

        private double NextSecond(double second, double square) => _optimizer._rule switch
        {
            MomentRule.Adagrad => second + square,
            MomentRule.Adam => (_optimizer._beta2 * second) + ((1 - _optimizer._beta2) * square),
            _ => second - ((1 - _optimizer._beta2) * square * Math.Sign(second - square)),
        };
    }
}
