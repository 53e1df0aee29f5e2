using Ftte.TinyEngine;

namespace Wearables.Data;

/// <summary>Represents the examples of several devices, one device after the other.</summary>
internal sealed class PooledExamples : IExampleSource
{
    private readonly IExampleSource[] _sources;
    private readonly int[] _ends;

    /// <summary>Creates the pool.</summary>
    /// <param name="sources">The examples of each device, at least one.</param>
    public PooledExamples(IEnumerable<IExampleSource> sources)
    {
        _sources = [.. sources];
        _ends = new int[_sources.Length];
        for (int i = 0; i < _ends.Length; i++)
        {
            _ends[i] = _sources[i].Count + (i == 0 ? 0 : _ends[i - 1]);
        }
    }

    public int Count => _ends[^1];

    public int InputLength => _sources[0].InputLength;

    public int CopyTo(int index, Span<float> input)
    {
        int source = Array.BinarySearch(_ends, index + 1);
        source = source < 0 ? ~source : source;
        return _sources[source].CopyTo(index - (_ends[source] - _sources[source].Count), input);
    }
}
