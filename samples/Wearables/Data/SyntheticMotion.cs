using Ftte.Samples.Shared;
using Ftte.TinyEngine.TimeSeries;

namespace Wearables.Data;

/// <summary>Generates recordings of people who sit, stand up, walk, turn and sit down, with a watch and a phone. People differ in the orientation of the devices, pace and strength.</summary>
internal static class SyntheticMotion
{
    private const int People = 12, Executions = 6, Channels = 6;
    private const double SamplesPerSecond = 100, Gravity = 9.81, Noise = 0.4;
    private const ulong Seed = 11;

    // Label and seconds of the activities of a recording.
    private static readonly (int Label, double Seconds)[] Course = [(0, 1.5), (1, 1.4), (2, 3), (3, 1.4), (2, 3), (3, 1.4), (4, 1.6), (0, 1)];

    /// <summary>Generates the recordings of all people.</summary>
    public static IEnumerable<WearableRecording> Generate() =>
        from person in Enumerable.Range(1, People)
        from device in new[] { WearableDevice.Phone, WearableDevice.Watch }
        from execution in Enumerable.Range(1, Executions)
        select new WearableRecording(person, execution, device, Record(person, device, execution));

    private static Recording Record(int person, WearableDevice device, int execution)
    {
        ulong own = CounterRandom.At(CounterRandom.At(Seed, (ulong)person), (ulong)device), noise = CounterRandom.At(own, (ulong)execution);
        double pace = 1.6 + (0.6 * Uniform(own, 0)), strength = 0.7 + (0.6 * Uniform(own, 1)), tilt = 2 * Math.PI * Uniform(own, 2), tempo = 0.8 + (0.4 * Uniform(noise, 0));
        double swing = device == WearableDevice.Watch ? 1.5 : 1;
        int count = (int)(SamplesPerSecond * tempo * Course.Sum(part => part.Seconds));
        float[] samples = new float[count * Channels];
        var times = new TimeSpan[count];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            double time = i / SamplesPerSecond;
            (int label, double share) = At(time / tempo);
            double step = Math.Sin(2 * Math.PI * pace * time), bow = Math.Sin(Math.PI * share) * strength;
            double lean = label switch { 0 => 0, 1 => share, 4 => 1 - share, _ => 1 } * Math.PI / 2;
            double up = (Gravity * Math.Sin(lean)) + (label is 2 or 3 ? 2.5 * strength * step : 0), forward = Gravity * Math.Cos(lean);
            double turn = label == 3 ? 2 * bow : 0, rise = label switch { 1 => 2.5 * bow, 4 => -2.5 * bow, _ => 0 };
            double[] clean =
            [
                (up * Math.Cos(tilt)) - (forward * Math.Sin(tilt)), (up * Math.Sin(tilt)) + (forward * Math.Cos(tilt)), label == 2 ? swing * strength * Math.Cos(Math.PI * pace * time) : 0,
                rise * Math.Cos(tilt), rise * Math.Sin(tilt), turn + (label == 2 ? 0.5 * swing * step : 0),
            ];
            for (int c = 0; c < Channels; c++)
            {
                samples[(i * Channels) + c] = (float)(clean[c] + (Noise * ((2 * Uniform(noise, (ulong)(1 + (i * Channels) + c))) - 1)));
            }

            (times[i], labels[i]) = (TimeSpan.FromSeconds(time), label);
        }

        return new Recording(samples, times, labels, Channels);
    }

    /// <summary>Returns the activity at a time, and the share of it that has passed.</summary>
    private static (int Label, double Share) At(double time)
    {
        foreach ((int label, double seconds) in Course)
        {
            if (time < seconds)
            {
                return (label, time / seconds);
            }

            time -= seconds;
        }

        return (Course[^1].Label, 1);
    }

    private static double Uniform(ulong seed, ulong place) => CounterRandom.UniformAt(seed, place);
}
