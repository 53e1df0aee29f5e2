namespace Ftte.TinyEngine;

/// <summary>Labelled examples to train on or to evaluate with: a device's own data, in memory or wherever it is.</summary>
/// <remarks>
/// Read by one thread at a time. An implementation that lets several trainers share it must bear to be read from several threads. It must not
/// allocate per example if training is not to.
/// </remarks>
public interface IExampleSource
{
    /// <summary>Gets the number of examples. It must not change during a run; between runs it may.</summary>
    int Count { get; }

    /// <summary>Gets the number of input values per example.</summary>
    int InputLength { get; }

    /// <summary>Copies one example's input to where the network reads it.</summary>
    /// <param name="index">The example, 0 to <see cref="Count"/> - 1.</param>
    /// <param name="input">Receives exactly <see cref="InputLength"/> values.</param>
    /// <returns>The example's label, 0 to the number of classes - 1.</returns>
    int CopyTo(int index, Span<float> input);

    /// <summary>Gets whether an example's input depends on the random bits of the visit, as with augmentation.</summary>
    bool VariesByDraw => false;

    /// <summary>Copies one example's input, varied by random bits.</summary>
    /// <param name="index">The example, 0 to <see cref="Count"/> - 1.</param>
    /// <param name="draw">The random bits of this visit: the same for the same seed, epoch and position.</param>
    /// <param name="input">Receives exactly <see cref="InputLength"/> values.</param>
    /// <returns>The example's label.</returns>
    int CopyTo(int index, ulong draw, Span<float> input) => CopyTo(index, input);
}
