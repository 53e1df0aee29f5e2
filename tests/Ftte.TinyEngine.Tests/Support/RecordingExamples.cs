namespace Ftte.TinyEngine.Tests;

/// <summary>Examples that tell which of them were read.</summary>
internal sealed class RecordingExamples(IExampleSource inner) : IExampleSource
{
    public List<int> Indices { get; } = [];

    public Action<int>? Read { get; init; }

    public int Count => inner.Count;

    public int InputLength => inner.InputLength;

    public int CopyTo(int index, Span<float> input)
    {
        Indices.Add(index);
        Read?.Invoke(Indices.Count);
        return inner.CopyTo(index, input);
    }
}

/// <summary>One example of many.</summary>
internal class OneExample(IExampleSource inner, int index) : IExampleSource
{
    public int Count => 1;

    public int InputLength => inner.InputLength;

    public static IExampleSource Of(IExampleSource inner, int index) => inner is ITargetSource targets ? new WithTarget(targets, index) : new OneExample(inner, index);

    public int CopyTo(int at, Span<float> input) => inner.CopyTo(index, input);

    private sealed class WithTarget(ITargetSource inner, int index) : OneExample(inner, index), ITargetSource
    {
        private readonly int _index = index;

        public int TargetLength => inner.TargetLength;

        public void CopyTargetTo(int at, ulong draw, Span<float> target) => inner.CopyTargetTo(_index, draw, target);
    }
}
