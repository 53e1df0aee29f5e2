namespace Ftte.TinyEngine;

/// <summary>Provides labeled examples for training or evaluation: the data of a device, in memory or in another store.</summary>
/// <remarks>
/// <para>One thread reads at a time. An implementation that several trainers share must be safe for concurrent reads. For training without
/// allocations, it must not allocate per example.</para>
/// <para>Optional features are separate interfaces: <see cref="IVaryingExampleSource"/> for inputs that change from visit to visit, as with augmentation, and
/// <see cref="ITargetSource"/> for targets that are vectors.</para>
/// </remarks>
public interface IExampleSource
{
    /// <summary>Gets the number of examples. It may change between runs but not during a run.</summary>
    int Count { get; }

    /// <summary>Gets the number of input values per example.</summary>
    int InputLength { get; }

    /// <summary>Copies the input of an example into the memory from which the network reads it.</summary>
    /// <param name="index">The example, 0 to <see cref="Count"/> - 1.</param>
    /// <param name="input">Receives exactly <see cref="InputLength"/> values.</param>
    /// <returns>The example's label, 0 to the number of classes - 1.</returns>
    int CopyTo(int index, Span<float> input);
}
