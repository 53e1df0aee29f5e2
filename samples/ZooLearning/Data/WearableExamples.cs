using System.Globalization;
using Ftte.TinyEngine;

namespace ZooLearning.Data;

/// <summary>Represents windows of the smartwatch and smartphone measurements of Matey-Sanz, Casteleyn and Granell (Data in Brief, 2023, 109809; CC BY 4.0).</summary>
/// <remarks>A frame has ten values: acceleration and rotation in three directions, the two magnitudes, and the changes of the magnitudes since the last frame.</remarks>
internal static class WearableExamples
{
    /// <summary>The number of values per frame.</summary>
    public const int Values = 10;

    private const int SamplesPerFrame = 3; // 27 ms
    private const float Gravity = 9.81f;
    private static readonly string[] Labels = ["SEATED", "STANDING_UP", "WALKING", "TURNING", "SITTING_DOWN"];

    /// <summary>Gets the number of activities.</summary>
    public static int ClassCount => Labels.Length;

    /// <summary>Reads the windows of a range of people.</summary>
    /// <param name="folder">The folder with one folder per person.</param>
    /// <param name="frames">The number of frames per window; windows overlap by half.</param>
    /// <param name="first">The number of the first person.</param>
    /// <param name="last">The number of the last person.</param>
    /// <returns>The windows; the label of a window is the activity in its middle.</returns>
    public static ArrayExamples Load(string folder, int frames, int first, int last)
    {
        var inputs = new List<float>();
        var labels = new List<int>();
        for (int person = first; person <= last; person++)
        {
            foreach (string file in Directory.GetFiles(Path.Combine(folder, $"s{person:00}"), "*.csv").Order(StringComparer.Ordinal))
            {
                AddWindows(file, frames, inputs, labels);
            }
        }

        return new ArrayExamples(inputs.ToArray(), labels.ToArray(), frames * Values);
    }

    private static void AddWindows(string file, int frames, List<float> inputs, List<int> labels)
    {
        string[] lines = [.. File.ReadLines(file).Skip(1)];
        int count = lines.Length / SamplesPerFrame;
        float[] values = new float[count * Values];
        int[] activities = new int[count];
        for (int frame = 0; frame < count; frame++)
        {
            string[] cells = lines[frame * SamplesPerFrame].Split(',');
            activities[frame] = Array.IndexOf(Labels, cells[7]);
            Span<float> own = values.AsSpan(frame * Values, Values);
            for (int i = 0; i < 6; i++)
            {
                own[i] = float.Parse(cells[i], CultureInfo.InvariantCulture) / (i < 3 ? Gravity : 1);
            }

            own[6] = MathF.Sqrt((own[0] * own[0]) + (own[1] * own[1]) + (own[2] * own[2])) - 1;
            own[7] = MathF.Sqrt((own[3] * own[3]) + (own[4] * own[4]) + (own[5] * own[5]));
            own[8] = frame == 0 ? 0 : own[6] - values[((frame - 1) * Values) + 6];
            own[9] = frame == 0 ? 0 : own[7] - values[((frame - 1) * Values) + 7];
        }

        for (int start = 0; start + frames <= count; start += frames / 2)
        {
            if (activities[start + (frames / 2)] is >= 0 and int label)
            {
                inputs.AddRange(values.AsSpan(start * Values, frames * Values));
                labels.Add(label);
            }
        }
    }
}
