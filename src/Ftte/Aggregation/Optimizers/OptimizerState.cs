namespace Ftte.Aggregation;

/// <summary>Represents the state that one aggregator keeps for its <see cref="ServerOptimizer"/>.</summary>
/// <remarks>
/// <para><see cref="Apply"/> computes a step on a copy of the parameters and must not change the state. <see cref="Record"/> is called only after the version is
/// published, so a refused version does not affect the state. Both are called for runs of coordinates in ascending order, from one thread at a time.</para>
/// <para>Also implement <see cref="IOptimizerStateStorage"/> if the state must be kept between steps; otherwise a restored aggregator
/// starts with a new state.</para>
/// </remarks>
public abstract class OptimizerState
{
    /// <summary>Gets the name that identifies saved states. A saved state of another kind is rejected.</summary>
    /// <value>The name of the type unless overridden.</value>
    public virtual string Kind => GetType().FullName ?? GetType().Name;

    /// <summary>Gets the fraction by which a statistic moves to the average that devices measured, in (0, 1]. Statistics are averaged with every optimizer.</summary>
    internal virtual double StatisticRate => 1;

    /// <summary>Gets a value that indicates whether steps must be recorded.</summary>
    internal virtual bool IsRecording => true;

    /// <summary>Applies the step to a run of parameters that all have contributors.</summary>
    /// <param name="step">The description of the buffer.</param>
    /// <param name="parameters">The run; updated in place.</param>
    /// <param name="change">D, the buffer's step, for each parameter of the run.</param>
    /// <param name="start">The coordinate of the run's first parameter in the model.</param>
    public abstract void Apply(in OptimizerStep step, Span<float> parameters, ReadOnlySpan<double> change, int start);

    /// <summary>Records the step of a run of parameters, after the version that contains it was accepted.</summary>
    /// <param name="step">The description of the buffer, as passed to <see cref="Apply"/>.</param>
    /// <param name="change">D, as passed to <see cref="Apply"/>.</param>
    /// <param name="start">The coordinate of the run's first parameter in the model.</param>
    public virtual void Record(in OptimizerStep step, ReadOnlySpan<double> change, int start)
    {
    }
}
