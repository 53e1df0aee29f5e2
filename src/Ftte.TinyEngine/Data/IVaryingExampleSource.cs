namespace Ftte.TinyEngine;

/// <summary>Provides examples with inputs that depend on the random bits of a visit, as with augmentation.</summary>
/// <remarks>
/// Training visits examples through <see cref="CopyTo(int, ulong, Span{float})"/>; evaluation copies inputs as they are. A source that wraps another one can forward a
/// visit to it with <see cref="ExampleSourceExtensions.CopyTo"/>, whether or not the inner source varies.
/// </remarks>
public interface IVaryingExampleSource : IExampleSource
{
    /// <summary>Gets a value that indicates whether inputs vary; false if this source is configured to change nothing. Features of varying inputs cannot be kept.</summary>
    bool VariesByDraw { get; }

    /// <summary>Copies the input of an example, varied by random bits.</summary>
    /// <param name="index">The example, 0 to <see cref="IExampleSource.Count"/> - 1.</param>
    /// <param name="draw">The random bits of this visit: the same for the same seed, epoch and position.</param>
    /// <param name="input">Receives exactly <see cref="IExampleSource.InputLength"/> values.</param>
    /// <returns>The example's label.</returns>
    int CopyTo(int index, ulong draw, Span<float> input);
}
