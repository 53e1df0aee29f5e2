using System.Numerics;
using Ftte.Simulation.Randomness;

namespace Quickstart;

/// <summary>Writes digits in a writer's hand.</summary>
/// <remarks>
/// Image i of a writer depends only on the seed, the writer and i, so images may be drawn in any order and on any number of threads.
/// </remarks>
/// <param name="seed">The seed of every image.</param>
internal sealed class DigitGenerator(ulong seed)
{
    private const ulong ChoiceStream = 1;
    private const ulong TrainingStream = 2;
    private const ulong InTurnStream = 3;

    // Now and then people write a digit in a way that is not their usual one.
    private const double UnusualWay = 0.1;

    // How much of a point's straying the next point inherits.
    private const float Persistence = 0.7f;

    /// <summary>Writes a digit that the writer likes, for training.</summary>
    /// <param name="writer">Who writes.</param>
    /// <param name="index">Which of the writer's training images this is.</param>
    /// <param name="image">Receives the picture, 28 x 28.</param>
    /// <returns>The digit.</returns>
    public byte DrawFavourite(Writer writer, int index, Span<float> image)
    {
        var random = new SeededRandom(seed, ChoiceStream, (ulong)writer.Number, (ulong)index);
        int digit = random.NextIndex(writer.Style.DigitWeights.AsSpan());
        Draw(writer, digit, new SeededRandom(seed, TrainingStream, (ulong)writer.Number, (ulong)index), image);
        return (byte)digit;
    }

    /// <summary>Writes one digit after the other, each as often as any other: images that <see cref="DrawFavourite"/> never gives.</summary>
    /// <param name="writer">Who writes.</param>
    /// <param name="index">Which of these images this is.</param>
    /// <param name="image">Receives the picture, 28 x 28.</param>
    /// <returns>The digit.</returns>
    public byte DrawInTurn(Writer writer, int index, Span<float> image)
    {
        int digit = (writer.Number + index) % LabelledImages.DigitCount;
        Draw(writer, digit, new SeededRandom(seed, InTurnStream, (ulong)writer.Number, (ulong)index), image);
        return (byte)digit;
    }

    private static void Draw(Writer writer, int digit, SeededRandom random, Span<float> image)
    {
        WriterStyle style = writer.Style;
        var habits = new SeededRandom(style.Habits, (ulong)digit);

        ReadOnlySpan<PenPoint[]> ways = DigitShapes.WaysToWrite(digit);
        int usual = habits.NextInt(ways.Length);
        PenPoint[] shape = ways[random.NextDouble() < UnusualWay ? random.NextInt(ways.Length) : usual];

        Span<PenPoint> points = stackalloc PenPoint[shape.Length];
        Matrix3x2 placement = Place(style, ref random);
        Vector2 astray = Vector2.Zero;
        for (int i = 0; i < shape.Length; i++)
        {
            // A hand that has strayed stays astray for a while: independent steps would look like barbed wire.
            astray = (Persistence * astray) + (MathF.Sqrt(1 - (Persistence * Persistence)) * (Shake(ref habits, style.HabitStrength) + Shake(ref random, style.Jitter)));
            points[i] = shape[i] with { Position = Vector2.Transform(shape[i].Position + astray - new Vector2(0.5f), placement) };
        }

        image.Clear();
        Pen.Draw(points, Math.Max(0.5f, style.Thickness / 2 * random.NextSingle(0.85f, 1.15f)), image);
        foreach (ref float grey in image)
        {
            grey = Math.Clamp((grey * style.Ink) + (style.Noise * (float)random.NextGaussian()), 0, 1);
        }
    }

    private static Matrix3x2 Place(WriterStyle style, ref SeededRandom random)
    {
        float slant = style.Slant + (0.05f * (float)random.NextGaussian());
        float rotation = style.Rotation + (0.05f * (float)random.NextGaussian());
        Vector2 size = new Vector2(style.Width, style.Height) * random.NextSingle(0.92f, 1.08f);
        Vector2 middle = new Vector2(style.OffsetX, style.OffsetY) + Shake(ref random, 0.4f) + new Vector2(LabelledImages.Side / 2f);
        var shear = new Matrix3x2(1, 0, -slant, 1, 0, 0);
        return Matrix3x2.CreateScale(size) * shear * Matrix3x2.CreateRotation(rotation) * Matrix3x2.CreateTranslation(middle);
    }

    private static Vector2 Shake(ref SeededRandom random, float deviation) =>
        deviation * new Vector2((float)random.NextGaussian(), (float)random.NextGaussian());
}
