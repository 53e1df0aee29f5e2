using Ftte.TinyEngine;
using Ftte.TinyEngine.TimeSeries;

namespace Wearables.Data;

/// <summary>Represents the windows of one device of a person.</summary>
/// <param name="Person">The number of the person.</param>
/// <param name="Kind">The kind of the device.</param>
/// <param name="Training">The windows for training, in the order of the recordings.</param>
/// <param name="RecordingEnds">For each recording for training, the number of windows up to its end.</param>
/// <param name="Test">The windows of the latest recordings, which are held out.</param>
internal sealed record PersonDevice(int Person, WearableDevice Kind, IExampleSource Training, int[] RecordingEnds, IExampleSource Test)
{
    /// <summary>The number of samples per second.</summary>
    public const double Rate = 50;

    /// <summary>The share of the recordings that is held out.</summary>
    public const double TestShare = 0.3;

    /// <summary>The number of values per sample.</summary>
    public static readonly int Channels = WearableData.Format.Channels.Length;

    private static readonly TimeSpan MaxGap = TimeSpan.FromMilliseconds(200);

    /// <summary>Gets the kind as text: <c>watch</c> or <c>phone</c>.</summary>
    public string KindName => $"{Kind}".ToLowerInvariant();

    /// <summary>Cuts recordings into windows.</summary>
    /// <param name="recordings">The recordings of one device of one person, at least two.</param>
    /// <exception cref="InvalidDataException">There are fewer than two recordings, or the recordings of a part are shorter than a window.</exception>
    public static PersonDevice Create(IEnumerable<WearableRecording> recordings)
    {
        WearableRecording[] all = [.. recordings.OrderBy(recording => recording.Execution)];
        int tests = Math.Max(1, (int)Math.Round(TestShare * all.Length)), count = all.Length - tests;
        (int person, WearableDevice kind) = (all[0].Person, all[0].Device);
        if (count < 1)
        {
            throw new InvalidDataException($"Person {person} has {all.Length} recordings of the {kind}; at least 2 are needed, because the latest ones are held out.");
        }

        IReadOnlyList<Recording>[] parts = [.. all.Select(recording => recording.Recording.Resample(Rate, MaxGap))];
        WindowExamples? training = Cut(parts[..count]), test = Cut(parts[count..]);
        return training is null || test is null
            ? throw new InvalidDataException($"The recordings of the {kind} of person {person} are shorter than a window of {new WindowOptions().Length} samples at {Rate} Hz.")
            : new PersonDevice(person, kind, training, EndsOf(training, parts[..count]), test);
    }

    /// <summary>Returns the device with normalized windows.</summary>
    public PersonDevice Normalize(ChannelNormalization normalization) =>
        this with { Training = new NormalizedExamples(Training, normalization), Test = new NormalizedExamples(Test, normalization) };

    /// <summary>Returns the windows of the first recordings.</summary>
    /// <param name="recordings">The number of recordings, at least 1; null for all.</param>
    public IExampleSource First(int? recordings) =>
        recordings is { } count && count < RecordingEnds.Length ? new ExampleRange(Training, 0, RecordingEnds[count - 1]) : Training;

    /// <summary>Returns the windows of the first recordings, divided into those of the last one and those of the others.</summary>
    /// <param name="recordings">The number of recordings; null for all.</param>
    /// <returns>The earlier ones and the last one; null for the last one if there is only one recording.</returns>
    public (IExampleSource Earlier, IExampleSource? Last) Divide(int? recordings)
    {
        int count = Math.Min(recordings ?? int.MaxValue, RecordingEnds.Length), start = count < 2 ? 0 : RecordingEnds[count - 2], end = RecordingEnds[count - 1];
        return start > 0 && end > start ? (new ExampleRange(Training, 0, start), new ExampleRange(Training, start, end - start)) : (First(recordings), null);
    }

    private static WindowExamples? Cut(IReadOnlyList<Recording>[] recordings)
    {
        Recording[] parts = [.. recordings.SelectMany(part => part)];
        return parts.Length > 0 && WindowExamples.Create(parts) is { Count: > 0 } windows ? windows : null;
    }

    private static int[] EndsOf(WindowExamples windows, IReadOnlyList<Recording>[] recordings)
    {
        // A recording with gaps has several parts.
        int[] ends = new int[recordings.Length];
        int parts = 0, window = 0;
        for (int r = 0; r < recordings.Length; r++)
        {
            parts += recordings[r].Count;
            while (window < windows.Count && windows.RecordingOf(window) < parts)
            {
                window++;
            }

            ends[r] = window;
        }

        return ends;
    }
}
