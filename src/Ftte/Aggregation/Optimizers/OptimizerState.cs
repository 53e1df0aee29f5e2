using Ftte.State;

namespace Ftte.Aggregation;

/// <summary>One aggregator's optimizer at work.</summary>
/// <remarks>
/// A step is applied to a copy of the parameters first, which changes nothing here, and recorded only once its version is published: a version that
/// is refused leaves no trace.
/// </remarks>
internal abstract class OptimizerState
{
    public abstract OptimizerKind Kind { get; }

    /// <summary>Gets how far a statistic moves to the average of what devices measured, in (0, 1]: it is averaged, whatever the optimizer.</summary>
    public virtual double StatisticRate => 1;

    /// <summary>Gets whether steps must be recorded.</summary>
    public virtual bool KeepsState => false;

    /// <summary>Begins a step of the whole model.</summary>
    /// <param name="meanWeight">The mean weight of the buffer's updates.</param>
    public virtual void BeginStep(double meanWeight)
    {
    }

    /// <summary>Moves a run of coordinates that all have contributors.</summary>
    /// <param name="parameters">The run.</param>
    /// <param name="step">D for each of them.</param>
    /// <param name="start">The run's first coordinate in the dense vector.</param>
    public abstract void Apply(Span<float> parameters, ReadOnlySpan<double> step, int start);

    /// <summary>Records the step of a run of coordinates, after all of them have been applied.</summary>
    /// <param name="step">D, as it was applied.</param>
    /// <param name="start">The run's first coordinate in the dense vector.</param>
    public virtual void Record(ReadOnlySpan<double> step, int start)
    {
    }

    /// <summary>Ends a step that was recorded.</summary>
    public virtual void EndStep()
    {
    }

    public virtual void Save(StateWriter writer)
    {
    }

    public virtual void Load(ref StateReader reader)
    {
    }
}
