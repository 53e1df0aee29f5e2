namespace Ftte.TinyEngine.Tests;

/// <summary>Examples that are added, removed, replaced and relabelled, as an app collects them.</summary>
internal sealed class LiveExamples(int inputLength) : IExampleSource
{
    public List<(float[] Input, int Label)> Items { get; } = [];

    /// <summary>Gets or sets what is called before an example is read.</summary>
    public Action<int>? Reading { get; set; }

    public int Count => Items.Count;

    public int InputLength => inputLength;

    public static LiveExamples Of(Network network, int count)
    {
        var examples = new LiveExamples(network.InputLength);
        for (int i = 0; i < count; i++)
        {
            examples.Items.Add((TestData.Values(network.InputLength, (ulong)i), i % network.ClassCount));
        }

        return examples;
    }

    public int CopyTo(int index, Span<float> input)
    {
        Reading?.Invoke(index);
        Items[index].Input.CopyTo(input);
        return Items[index].Label;
    }
}
