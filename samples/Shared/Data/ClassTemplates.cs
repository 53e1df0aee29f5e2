using Ftte.TinyEngine;

namespace Ftte.Samples.Shared;

/// <summary>Represents one smooth random image per class: a sum of a few waves of low frequency, with mean square 1.</summary>
internal sealed class ClassTemplates
{
    private const int Waves = 6;
    private const int HighestFrequency = 4;

    private readonly float[][] _pictures;

    /// <summary>Creates the templates.</summary>
    /// <param name="shape">The shape of an image; for a vector, the waves run along it.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="seed">The seed.</param>
    public ClassTemplates(ImageShape shape, int classes, ulong seed) =>
        _pictures = [.. Enumerable.Range(0, classes).Select(c => Draw(shape, CounterRandom.At(seed, (ulong)c)))];

    public int Count => _pictures.Length;

    public ReadOnlySpan<float> this[int label] => _pictures[label];

    private static float[] Draw(ImageShape shape, ulong seed)
    {
        float[] picture = new float[shape.Count];
        for (ulong wave = 0; wave < Waves; wave++)
        {
            AddWave(picture, shape, CounterRandom.At(seed, wave));
        }

        double meanSquare = picture.Sum(v => (double)v * v) / picture.Length;
        float scale = (float)(1 / Math.Sqrt(Math.Max(meanSquare, 1e-12)));
        for (int i = 0; i < picture.Length; i++)
        {
            picture[i] *= scale;
        }

        return picture;
    }

    private static void AddWave(float[] picture, ImageShape shape, ulong seed)
    {
        double down = Frequency(seed, 0, shape.Height), across = Frequency(seed, 1, shape.Width);
        double through = shape.Pixels == 1 ? Frequency(seed, 2, shape.Channels) : CounterRandom.UniformAt(seed, 3);
        double phase = CounterRandom.UniformAt(seed, 4), height = 0.5 + CounterRandom.UniformAt(seed, 5);
        for (int i = 0; i < picture.Length; i++)
        {
            (int pixel, int channel) = Math.DivRem(i, shape.Channels);
            (int row, int column) = Math.DivRem(pixel, shape.Width);
            double turns = phase + (down * row / shape.Height) + (across * column / shape.Width)
                + (shape.Pixels == 1 ? through * channel / shape.Channels : through * channel);
            picture[i] += (float)(height * Math.Cos(2 * Math.PI * turns));
        }
    }

    /// <summary>Draws the number of periods of a wave along one side; 0 for a side of length 1.</summary>
    private static double Frequency(ulong seed, ulong place, int length) =>
        length == 1 ? 0 : ((2 * CounterRandom.UniformAt(seed, place)) - 1) * HighestFrequency;
}
