using Ftte.Serialization;

namespace Ftte.Aggregation;

/// <summary>Represents the updates between two publications, in the form that the reduction needs.</summary>
internal abstract class UpdateBuffer
{
    /// <summary>The maximum number of coordinates that a <see cref="StepSink"/> receives at once. Their float64 step fits in the first-level cache.</summary>
    public const int TileLength = 2048;

    /// <summary>The exclusive limit of every coordinate of a buffer (2^63 in units of 2^-40), so that sums do not overflow and models stay finite.</summary>
    protected const double StepLimit = 1 << 23;

    /// <summary>Gets the number of updates in the buffer.</summary>
    public int Count { get; protected set; }

    /// <summary>Gets a value that indicates whether the example count of an update affects its share of the step.</summary>
    public abstract bool CountsExamples { get; }

    /// <summary>Gets the weighted mass divided by the full mass: the share of the buffer that remains after weighting.</summary>
    public abstract double MeanWeight { get; }

    /// <summary>Gets the union of the updates' selections.</summary>
    public abstract ParameterSelection Touched { get; }

    /// <summary>Sets the example count that counts as one unit of mass until the next <see cref="Clear"/>; called while the buffer is empty.</summary>
    /// <param name="examples">The reference example count, at least 1; NaN if unknown.</param>
    public virtual void SetReferenceExamples(double examples)
    {
    }

    /// <summary>Determines whether an update can be added without a coordinate reaching <see cref="StepLimit"/>.</summary>
    /// <param name="update">The description of the update.</param>
    public abstract bool CanAdd(in AdmittedUpdate update);

    /// <summary>Adds an update for which <see cref="CanAdd"/> returned true.</summary>
    /// <param name="update">The description of the update.</param>
    /// <param name="values">The packed values.</param>
    public abstract void Add(in AdmittedUpdate update, ReadOnlySpan<float> values);

    /// <summary>Returns the reason why the buffer cannot be reduced yet.</summary>
    /// <param name="others">The selections of updates that will be added before the reduction.</param>
    /// <returns>The reason in complete sentences; null if the buffer has enough updates for the reduction.</returns>
    public virtual string? FindObstacle(IEnumerable<ParameterSelection> others) => null;

    /// <summary>Computes the step of the whole buffer, in ascending order of coordinates; may be called again, with the same result.</summary>
    /// <param name="sink">Receives the step.</param>
    public abstract void Reduce(StepSink sink);

    /// <summary>Clears the buffer and keeps its memory for the next one.</summary>
    public abstract void Clear();

    /// <summary>Writes the content of the buffer.</summary>
    public abstract void Save(StateWriter writer);

    /// <summary>Reads the content of a saved buffer into this one, which is empty.</summary>
    /// <param name="reader">The reader of the state.</param>
    /// <param name="selections">The reader of selections.</param>
    /// <param name="maxCount">The maximum number of updates in a part of a buffer; 0 for a buffer that is not complete.</param>
    public abstract void Load(ref StateReader reader, StateSelections selections, int maxCount = 0);

    /// <summary>Moves the updates of another buffer of the same reduction to this one. The order of calls does not affect the result of <see cref="Reduce"/>.</summary>
    /// <param name="other">The other buffer, which is empty afterward.</param>
    /// <exception cref="ArgumentException">The other buffer has another unit of mass. Neither buffer was changed.</exception>
    public abstract void Merge(UpdateBuffer other);
}
