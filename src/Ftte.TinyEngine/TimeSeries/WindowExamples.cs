namespace Ftte.TinyEngine.TimeSeries;

/// <summary>Represents sliding windows of recordings as examples, or a part of them.</summary>
/// <remarks>
/// <para>A window has consecutive samples of one recording and never spans two. Windows whose label would be <see cref="Recording.NoLabel"/> are left out, and so are samples after
/// the last whole window.</para>
/// <para>An input is [sample, channel], the layout of sequences in this engine: the values of a sample are contiguous, as for <c>Network.Build(1, length, channels)</c> with
/// <see cref="NetworkBuilder.Conv1D"/>. PyTorch's name for that shape is [channels, length].</para>
/// <para>Windows read the recordings in place, so overlapping windows take no memory. Safe to read from any number of threads.</para>
/// </remarks>
public sealed class WindowExamples : IExampleSource
{
    private readonly Recording[] _recordings;
    private readonly (int Recording, int Start, int Label)[] _windows;
    private readonly int _length;
    private readonly int _channels;

    private WindowExamples(Recording[] recordings, (int Recording, int Start, int Label)[] windows, int length, int channels) =>
        (_recordings, _windows, _length, _channels) = (recordings, windows, length, channels);

    /// <inheritdoc />
    public int Count => _windows.Length;

    /// <inheritdoc />
    public int InputLength => _length * _channels;

    /// <summary>Creates the windows of recordings.</summary>
    /// <param name="recordings">The recordings, at least one, all with the same channels.</param>
    /// <param name="options">The options; null for the defaults.</param>
    /// <returns>The windows, in the order of the recordings and of time.</returns>
    /// <exception cref="ArgumentException">There are no recordings, or their numbers of channels differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of range.</exception>
    public static WindowExamples Create(IEnumerable<Recording> recordings, WindowOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(recordings);
        options ??= new WindowOptions();
        options.Validate();
        Recording[] all = [.. recordings];
        if (all.Length == 0)
        {
            throw new ArgumentException("There are no recordings. Specify at least one.", nameof(recordings));
        }

        int channels = all[0].ChannelCount;
        var windows = new List<(int Recording, int Start, int Label)>();
        for (int r = 0; r < all.Length; r++)
        {
            if (all[r].ChannelCount != channels)
            {
                throw new ArgumentException($"Recording {r} has {all[r].ChannelCount} channels, but recording 0 has {channels}. Specify recordings with the same channels.", nameof(recordings));
            }

            for (long start = 0; start + options.Length <= all[r].Length; start += options.StepOrDefault)
            {
                int label = LabelOf(all[r].Labels.Span.Slice((int)start, options.Length), options.Label);
                if (label != Recording.NoLabel)
                {
                    windows.Add((r, (int)start, label));
                }
            }
        }

        return (long)options.Length * channels <= Array.MaxLength
            ? new WindowExamples(all, [.. windows], options.Length, channels)
            : throw new ArgumentOutOfRangeException(nameof(options), options.Length, $"A window of {channels} channels can have at most {Array.MaxLength / channels} samples.");
    }

    /// <summary>Returns a part of the windows. It shares the recordings.</summary>
    /// <param name="indices">The indices of the windows, in the order of the result. An index may occur more than once. Copied.</param>
    /// <returns>The windows.</returns>
    /// <exception cref="ArgumentOutOfRangeException">An index is not below <see cref="Count"/>.</exception>
    public WindowExamples Subset(params ReadOnlySpan<int> indices)
    {
        int[] chosen = ExampleChoice.Of(indices, earlier: null, Count);
        return new WindowExamples(_recordings, [.. chosen.Select(index => _windows[index])], _length, _channels);
    }

    /// <summary>Returns the label of a window.</summary>
    /// <param name="index">The window, 0 to <see cref="Count"/> - 1.</param>
    /// <returns>The label.</returns>
    public int LabelOf(int index) => _windows[index].Label;

    /// <summary>Returns the recording of a window, for example to divide windows by recording or person.</summary>
    /// <param name="index">The window, 0 to <see cref="Count"/> - 1.</param>
    /// <returns>The index of the recording among those that the windows were created from.</returns>
    public int RecordingOf(int index) => _windows[index].Recording;

    /// <summary>Returns the first sample of a window.</summary>
    /// <param name="index">The window, 0 to <see cref="Count"/> - 1.</param>
    /// <returns>The index of the sample in its recording.</returns>
    public int StartOf(int index) => _windows[index].Start;

    /// <inheritdoc />
    public int CopyTo(int index, Span<float> input)
    {
        (int recording, int start, int label) = _windows[index];
        _recordings[recording].Samples.Span.Slice(start * _channels, InputLength).CopyTo(input);
        return label;
    }

    private static int LabelOf(ReadOnlySpan<int> labels, WindowLabel rule) => rule switch
    {
        WindowLabel.Last => labels[^1],
        WindowLabel.Middle => labels[labels.Length / 2],
        _ => Majority(labels),
    };

    private static int Majority(ReadOnlySpan<int> labels)
    {
        int[] sorted = labels.ToArray();
        Array.Sort(sorted);
        int best = Recording.NoLabel, most = 0;
        for (int first = 0, next = 1; next <= sorted.Length; next++)
        {
            if (next == sorted.Length || sorted[next] != sorted[first])
            {
                (best, most) = sorted[first] != Recording.NoLabel && next - first > most ? (sorted[first], next - first) : (best, most);
                first = next;
            }
        }

        return best;
    }
}
