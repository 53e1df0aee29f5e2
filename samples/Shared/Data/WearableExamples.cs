using Ftte.TinyEngine;
using Ftte.TinyEngine.TimeSeries;

namespace Ftte.Samples.Shared;

/// <summary>Represents windows of the smartwatch and smartphone measurements of Matey-Sanz, Casteleyn and Granell (Data in Brief, 2023, 109809; CC BY 4.0).</summary>
/// <remarks>A frame has ten values: acceleration and rotation in three directions, the two magnitudes, and the changes of the magnitudes since the last frame.</remarks>
internal static class WearableExamples
{
    /// <summary>The number of values per frame.</summary>
    public const int Values = 10;

    private const int SamplesPerFrame = 3; // 27 ms
    private const float Gravity = 9.81f;

    /// <summary>Gets the number of activities.</summary>
    public static int ClassCount => WearableData.Labels.Length;

    /// <summary>Reads the windows of a range of people.</summary>
    /// <param name="folder">The folder with one folder per person.</param>
    /// <param name="frames">The number of frames per window; windows overlap by half.</param>
    /// <param name="first">The number of the first person.</param>
    /// <param name="last">The number of the last person.</param>
    /// <returns>The windows; the label of a window is the activity in its middle.</returns>
    public static IExampleSource Load(string folder, int frames, int first, int last)
    {
        IEnumerable<WearableRecording> recordings = Enumerable.Range(first, last - first + 1).SelectMany(person => WearableData.ReadFolder(Path.Combine(folder, $"s{person:00}")));
        return WindowExamples.Create(
            recordings.Select(recording => ToFrames(recording.Recording)), new WindowOptions { Length = frames, Step = frames / 2, Label = WindowLabel.Middle });
    }

    private static Recording ToFrames(Recording recording)
    {
        int count = recording.Length / SamplesPerFrame;
        float[] values = new float[count * Values];
        var times = new TimeSpan[count];
        int[] activities = new int[count];
        for (int frame = 0; frame < count; frame++)
        {
            int sample = frame * SamplesPerFrame;
            (times[frame], activities[frame]) = (recording.Times.Span[sample], recording.Labels.Span[sample]);
            ReadOnlySpan<float> measured = recording.Samples.Span.Slice(sample * recording.ChannelCount, recording.ChannelCount);
            Span<float> own = values.AsSpan(frame * Values, Values);
            for (int i = 0; i < measured.Length; i++)
            {
                own[i] = measured[i] / (i < 3 ? Gravity : 1);
            }

            own[6] = MathF.Sqrt((own[0] * own[0]) + (own[1] * own[1]) + (own[2] * own[2])) - 1;
            own[7] = MathF.Sqrt((own[3] * own[3]) + (own[4] * own[4]) + (own[5] * own[5]));
            own[8] = frame == 0 ? 0 : own[6] - values[((frame - 1) * Values) + 6];
            own[9] = frame == 0 ? 0 : own[7] - values[((frame - 1) * Values) + 7];
        }

        return new Recording(values, times, activities, Values);
    }
}
