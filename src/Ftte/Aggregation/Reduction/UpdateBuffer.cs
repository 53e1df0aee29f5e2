namespace Ftte;

/// <summary>Receives the buffer's step D, tile by tile; the coordinates of a tile all have contributors.</summary>
/// <param name="start">The tile's first coordinate in the dense vector.</param>
/// <param name="step">D for each coordinate of the tile.</param>
internal delegate void StepSink(int start, ReadOnlySpan<double> step);

/// <summary>An update on its way into a buffer, after all checks.</summary>
/// <param name="Header">Whose it is.</param>
/// <param name="Selection">The coordinates that its values belong to.</param>
/// <param name="ExampleCount">n, capped.</param>
/// <param name="Weight">w, positive.</param>
/// <param name="Clip">What norm clipping leaves of the values, in (0, 1].</param>
/// <param name="Norm">The norm of the values, before clipping.</param>
internal readonly record struct AdmittedUpdate(UpdateHeader Header, ParameterSelection Selection, int ExampleCount, double Weight, double Clip, double Norm);

/// <summary>The updates between two publications, in whatever form the reduction needs them.</summary>
internal abstract class UpdateBuffer
{
    /// <summary>The longest run of coordinates given to a <see cref="StepSink"/> at once; its float64 step stays in the first-level cache.</summary>
    protected const int TileLength = 2048;

    /// <summary>What no coordinate of a buffer may reach (2^63 in units of 2^-40), so that sums do not overflow and models stay finite.</summary>
    protected const double StepLimit = 1 << 23;

    /// <summary>Gets the number of updates in the buffer.</summary>
    public int Count { get; protected set; }

    /// <summary>Gets the weighted over the full mass: what share of the buffer staleness and variance left.</summary>
    public abstract double MeanWeight { get; }

    /// <summary>Gets the coordinates that any of the updates touched.</summary>
    public abstract ParameterSelection Touched { get; }

    /// <summary>Sets the example count that counts as one unit of mass until the next <see cref="Clear"/>; called while the buffer is empty.</summary>
    /// <param name="examples">The usual example count, at least 1.</param>
    public virtual void SetUsualExamples(double examples)
    {
    }

    /// <summary>Folds an update in.</summary>
    /// <param name="update">What is known of it.</param>
    /// <param name="values">Its values, packed.</param>
    /// <returns>False if a coordinate could reach <see cref="StepLimit"/> with it; then nothing has changed.</returns>
    public abstract bool TryAdd(in AdmittedUpdate update, ReadOnlySpan<float> values);

    /// <summary>Computes the step of the whole buffer, in ascending order of coordinates.</summary>
    /// <param name="sink">Receives it.</param>
    public abstract void Reduce(StepSink sink);

    /// <summary>Empties the buffer, keeping its memory for the next one.</summary>
    public abstract void Clear();
}
