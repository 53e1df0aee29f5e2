using System.Numerics;
using Ftte.Simulation.Randomness;

namespace Quickstart;

/// <summary>Represents the handwriting of a synthetic writer. Writers differ in slant, size, pen, habits and in their most frequent digits.</summary>
internal sealed class Handwriting
{
    private const int Favorites = 3;
    private const double FavoriteWeight = 6, UnusualWay = 0.1;
    private const ulong StyleStream = 1, ImageStream = 2;

    // The share of one point's deviation that the next point inherits: independent deviations would give jagged lines.
    private const float Persistence = 0.7f;

    private readonly ulong _seed, _writer;
    private readonly float _slant, _rotation, _thickness, _ink, _noise, _jitter, _habit;
    private readonly Vector2 _size, _offset;
    private readonly double[] _weights = new double[DigitData.Classes];

    /// <summary>Creates a writer's handwriting, which follows from the seed and the writer's number alone.</summary>
    public Handwriting(ulong seed, int writer)
    {
        (_seed, _writer) = (seed, (ulong)writer);
        var random = new SeededRandom(seed, StyleStream, _writer);
        float Around(double mean, double deviation) => (float)(mean + (deviation * Math.Clamp(random.NextGaussian(), -2.2, 2.2)));
        (_slant, _rotation) = (Around(0.15, 0.18), Around(0, 0.09));
        (_size, _offset) = (new Vector2(Around(14.5, 2), Around(19, 1.6)), new Vector2(Around(0, 0.7), Around(0, 0.7)));
        (_thickness, _ink, _noise) = (Around(2.4, 0.6), random.NextSingle(0.6f, 1), random.NextSingle(0.02f, 0.1f));
        (_jitter, _habit) = (random.NextSingle(0.015f, 0.045f), random.NextSingle(0.03f, 0.07f));
        Array.Fill(_weights, 1, 0, DigitData.Classes);
        Array.Fill(_weights, FavoriteWeight, 0, Favorites);
        random.Shuffle<double>(_weights);
    }

    /// <summary>Draws which digit the writer writes next; three favorites are the most frequent.</summary>
    public int NextDigit(ref SeededRandom random) => random.NextIndex(_weights);

    /// <summary>Writes a digit.</summary>
    /// <param name="digit">The digit.</param>
    /// <param name="index">The number of the image; another number gives another image.</param>
    /// <param name="image">Receives the image, 28 x 28, 0 for paper to 1 for ink.</param>
    public void Draw(int digit, int index, Span<float> image)
    {
        var random = new SeededRandom(_seed, ImageStream, _writer, (ulong)index);
        var habits = new SeededRandom(_seed, StyleStream, _writer, (ulong)digit);
        Vector2[][][] ways = DigitStrokes.Of(digit);
        int usual = habits.NextInt(ways.Length);
        Matrix3x2 placement = Place(ref random);
        float radius = Math.Max(0.5f, _thickness / 2 * random.NextSingle(0.85f, 1.15f));
        Vector2 deviation = Vector2.Zero, previous = Vector2.Zero;
        image.Clear();
        foreach (Vector2[] stroke in ways[random.NextDouble() < UnusualWay ? 1 - usual : usual])
        {
            for (int i = 0; i < stroke.Length; i++)
            {
                deviation = (Persistence * deviation) + (MathF.Sqrt(1 - (Persistence * Persistence)) * (Shake(ref habits, _habit) + Shake(ref random, _jitter)));
                Vector2 next = Vector2.Transform(stroke[i] + deviation - new Vector2(0.5f), placement);
                Pen.DrawLine(i == 0 ? next : previous, next, radius, image);
                previous = next;
            }
        }

        foreach (ref float gray in image)
        {
            gray = Math.Clamp((gray * _ink) + (_noise * (float)random.NextGaussian()), 0, 1);
        }
    }

    private static Vector2 Shake(ref SeededRandom random, float deviation) => deviation * new Vector2((float)random.NextGaussian(), (float)random.NextGaussian());

    private Matrix3x2 Place(ref SeededRandom random)
    {
        var shear = new Matrix3x2(1, 0, -(_slant + (0.05f * (float)random.NextGaussian())), 1, 0, 0);
        return Matrix3x2.CreateScale(_size * random.NextSingle(0.92f, 1.08f)) * shear
            * Matrix3x2.CreateRotation(_rotation + (0.05f * (float)random.NextGaussian()))
            * Matrix3x2.CreateTranslation(_offset + Shake(ref random, 0.4f) + new Vector2(DigitData.Side / 2f));
    }
}
