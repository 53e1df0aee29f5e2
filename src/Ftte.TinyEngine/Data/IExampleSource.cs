namespace Ftte.TinyEngine;

/// <summary>Provides labelled examples to train on or to evaluate with: a device's own data, in memory or in another store.</summary>
/// <remarks>
/// <para>One thread reads at a time. An implementation that several trainers share must be safe for concurrent reads. It must not allocate per example if
/// training is not to.</para>
/// <para>Optional abilities are interfaces of their own: <see cref="IVaryingExampleSource"/> for inputs that change from visit to visit, as with augmentation, and
/// <see cref="ITargetSource"/> for targets that are vectors.</para>
/// </remarks>
public interface IExampleSource
{
    /// <summary>Gets the number of examples. It must not change during a run; between runs it may.</summary>
    int Count { get; }

    /// <summary>Gets the number of input values per example.</summary>
    int InputLength { get; }

    /// <summary>Copies the input of an example to the memory from which the network reads it.</summary>
    /// <param name="index">The example, 0 to <see cref="Count"/> - 1.</param>
    /// <param name="input">Receives exactly <see cref="InputLength"/> values.</param>
    /// <returns>The example's label, 0 to the number of classes - 1.</returns>
    int CopyTo(int index, Span<float> input);
}
