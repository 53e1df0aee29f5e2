using Ftte.Simulation.Randomness;

namespace Quickstart;

/// <summary>Somebody who writes digits.</summary>
/// <param name="Number">The number that keys everything that is drawn for this writer.</param>
/// <param name="Style">The handwriting.</param>
internal sealed record Writer(int Number, WriterStyle Style);

/// <summary>Invents writers.</summary>
internal static class Writers
{
    private const ulong Stream = 0x57726974657273;
    private const int FavouriteCount = 3;
    private const double FavouriteWeight = 6;

    /// <summary>Invents writers 0 to <paramref name="count"/> - 1; a writer's style depends on the seed and the writer's number only.</summary>
    public static Writer[] Create(ulong seed, int count) => [.. Enumerable.Range(0, count).Select(number => Invent(seed, number))];

    private static Writer Invent(ulong seed, int number)
    {
        var random = new SeededRandom(seed, Stream, (ulong)number);
        float Around(double mean, double deviation) => (float)(mean + (deviation * Math.Clamp(random.NextGaussian(), -2.2, 2.2)));
        return new Writer(number, new WriterStyle(
            Slant: Around(0.15, 0.18),
            Rotation: Around(0, 0.09),
            Width: Around(14.5, 2),
            Height: Around(19, 1.6),
            OffsetX: Around(0, 0.7),
            OffsetY: Around(0, 0.7),
            Thickness: Around(2.4, 0.6),
            Ink: random.NextSingle(0.6f, 1),
            Noise: random.NextSingle(0.02f, 0.1f),
            Jitter: random.NextSingle(0.015f, 0.045f),
            Habits: random.NextUInt64(),
            HabitStrength: random.NextSingle(0.03f, 0.07f),
            DigitWeights: [.. DrawWeights(ref random)]));
    }

    private static double[] DrawWeights(ref SeededRandom random)
    {
        int[] digits = [.. Enumerable.Range(0, LabelledImages.DigitCount)];
        random.Shuffle<int>(digits);
        double[] weights = new double[digits.Length];
        for (int i = 0; i < digits.Length; i++)
        {
            weights[digits[i]] = i < FavouriteCount ? FavouriteWeight : 1;
        }

        return weights;
    }
}
