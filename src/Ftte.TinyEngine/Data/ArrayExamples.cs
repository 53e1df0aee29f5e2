namespace Ftte.TinyEngine;

/// <summary>Represents examples in arrays, or a part of them.</summary>
/// <remarks>The arrays are not copied, so many devices of a simulation can share them. Safe to read from any number of threads.</remarks>
public sealed class ArrayExamples : IExampleSource
{
    private readonly ReadOnlyMemory<float> _inputs;
    private readonly ReadOnlyMemory<int> _labels;
    private readonly int[]? _indices;

    /// <summary>Creates examples from arrays.</summary>
    /// <param name="inputs">The inputs of all examples, one after the other: labels.Length x inputLength values.</param>
    /// <param name="labels">The label of each example.</param>
    /// <param name="inputLength">The number of input values per example, at least 1.</param>
    /// <exception cref="ArgumentException">The number of inputs is not inputLength per label.</exception>
    public ArrayExamples(ReadOnlyMemory<float> inputs, ReadOnlyMemory<int> labels, int inputLength)
        : this(inputs, labels, inputLength, indices: null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputLength, 1);
        if (inputs.Length != (long)labels.Length * inputLength)
        {
            throw new ArgumentException($"{labels.Length} labels with {inputLength} inputs each need {(long)labels.Length * inputLength} values, but there are {inputs.Length}. Specify all values of each example.", nameof(inputs));
        }
    }

    private ArrayExamples(ReadOnlyMemory<float> inputs, ReadOnlyMemory<int> labels, int inputLength, int[]? indices)
    {
        _inputs = inputs;
        _labels = labels;
        _indices = indices;
        InputLength = inputLength;
    }

    /// <inheritdoc />
    public int Count => _indices?.Length ?? _labels.Length;

    /// <inheritdoc />
    public int InputLength { get; }

    /// <summary>Returns a part of the examples. It shares the arrays.</summary>
    /// <param name="indices">The indices of the examples, in the order of the result. An index may occur more than once. Copied.</param>
    /// <returns>The examples.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An index is not below <see cref="Count"/>.</exception>
    public ArrayExamples Subset(params ReadOnlySpan<int> indices)
    {
        int[] chosen = new int[indices.Length];
        for (int i = 0; i < indices.Length; i++)
        {
            if ((uint)indices[i] >= (uint)Count)
            {
                throw new ArgumentOutOfRangeException(nameof(indices), indices[i], $"There are {Count} examples.");
            }

            chosen[i] = _indices?[indices[i]] ?? indices[i];
        }

        return new ArrayExamples(_inputs, _labels, InputLength, chosen);
    }

    /// <inheritdoc />
    public int CopyTo(int index, Span<float> input)
    {
        int at = _indices?[index] ?? index;
        _inputs.Span.Slice(at * InputLength, InputLength).CopyTo(input);
        return _labels.Span[at];
    }
}
