namespace Ftte.Aggregation;

/// <summary>The state that one aggregator keeps for its <see cref="ServerOptimizer"/>.</summary>
/// <remarks>
/// <para>A step is applied to a copy of the parameters first, which must change nothing here, and recorded only once its version is published: a version
/// that is refused leaves no trace. Both are called for runs of coordinates in ascending order, from one thread at a time.</para>
/// <para>Implement <see cref="IOptimizerStateStorage"/> as well if there is anything to keep between steps; otherwise an aggregator that is restored
/// starts with a new state.</para>
/// </remarks>
public abstract class OptimizerState
{
    /// <summary>Gets the name under which the state is saved. A saved state of another kind is refused.</summary>
    /// <value>The name of the type unless overridden.</value>
    public virtual string Kind => GetType().FullName ?? GetType().Name;

    /// <summary>Gets how far a statistic moves to the average of what devices measured, in (0, 1]: it is averaged, whatever the optimizer.</summary>
    internal virtual double StatisticRate => 1;

    /// <summary>Gets whether steps must be recorded.</summary>
    internal virtual bool IsRecording => true;

    /// <summary>Moves a run of parameters that all have contributors.</summary>
    /// <param name="step">The buffer.</param>
    /// <param name="parameters">The run; moved in place.</param>
    /// <param name="change">D, the buffer's step, for each parameter of the run.</param>
    /// <param name="start">The coordinate of the run's first parameter in the model.</param>
    public abstract void Apply(in OptimizerStep step, Span<float> parameters, ReadOnlySpan<double> change, int start);

    /// <summary>Records the step of a run of parameters, after the version that contains it was accepted.</summary>
    /// <param name="step">The buffer, as it was applied.</param>
    /// <param name="change">D, as it was applied.</param>
    /// <param name="start">The coordinate of the run's first parameter in the model.</param>
    public virtual void Record(in OptimizerStep step, ReadOnlySpan<double> change, int start)
    {
    }
}
