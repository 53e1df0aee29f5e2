using Ftte.State;

namespace Ftte.Aggregation;

/// <summary>The updates between two publications, in whatever form the reduction needs them.</summary>
internal abstract class UpdateBuffer
{
    /// <summary>The longest run of coordinates given to a <see cref="StepSink"/> at once; its float64 step stays in the first-level cache.</summary>
    public const int TileLength = 2048;

    /// <summary>What no coordinate of a buffer may reach (2^63 in units of 2^-40), so that sums do not overflow and models stay finite.</summary>
    protected const double StepLimit = 1 << 23;

    /// <summary>Gets the number of updates in the buffer.</summary>
    public int Count { get; protected set; }

    /// <summary>Gets whether claimed example counts decide how much an update counts.</summary>
    public abstract bool CountsExamples { get; }

    /// <summary>Gets the weighted over the full mass: what share of the buffer staleness and variance left.</summary>
    public abstract double MeanWeight { get; }

    /// <summary>Gets the coordinates that any of the updates touched.</summary>
    public abstract ParameterSelection Touched { get; }

    /// <summary>Sets the example count that counts as one unit of mass until the next <see cref="Clear"/>; called while the buffer is empty.</summary>
    /// <param name="examples">The usual example count, at least 1; NaN if it is not known.</param>
    public virtual void SetUsualExamples(double examples)
    {
    }

    /// <summary>Says whether no coordinate can reach <see cref="StepLimit"/> because of an update.</summary>
    /// <param name="update">What is known of it.</param>
    public abstract bool CanAdd(in AdmittedUpdate update);

    /// <summary>Folds an update in that <see cref="CanAdd"/>.</summary>
    /// <param name="update">What is known of it.</param>
    /// <param name="values">Its values, packed.</param>
    public abstract void Add(in AdmittedUpdate update, ReadOnlySpan<float> values);

    /// <summary>Says why the buffer must not be reduced, or not yet.</summary>
    /// <param name="others">The selections of updates that will be added before.</param>
    /// <returns>The reason in complete sentences; null if the reduction protects against what it should.</returns>
    public virtual string? FindObstacle(IEnumerable<ParameterSelection> others) => null;

    /// <summary>Computes the step of the whole buffer, in ascending order of coordinates; may be called again, with the same result.</summary>
    /// <param name="sink">Receives it.</param>
    public abstract void Reduce(StepSink sink);

    /// <summary>Empties the buffer, keeping its memory for the next one.</summary>
    public abstract void Clear();

    /// <summary>Writes what is in the buffer.</summary>
    public abstract void Save(StateWriter writer);

    /// <summary>Reads what was in a buffer into this one, which is empty.</summary>
    /// <param name="reader">The state.</param>
    /// <param name="selections">Finds the selections.</param>
    public abstract void Load(ref StateReader reader, StateSelections selections);
}
