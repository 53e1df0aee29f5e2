using System.Numerics;

namespace Quickstart;

/// <summary>Draws strokes onto a grey picture of 28 x 28 pixels, with smooth edges.</summary>
internal static class Pen
{
    private const int StepsPerCurve = 6;

    /// <summary>Draws smooth curves (Catmull and Rom's) through points that are given in pixels.</summary>
    /// <param name="points">The points, in pixels.</param>
    /// <param name="radius">Half the width of the line, in pixels.</param>
    /// <param name="image">The picture, 28 x 28; each pixel becomes at least as dark as the line covers it.</param>
    public static void Draw(ReadOnlySpan<PenPoint> points, float radius, Span<float> image)
    {
        for (int i = 1; i < points.Length; i++)
        {
            if (points[i].StartsStroke)
            {
                continue;
            }

            Vector2 from = points[i - 1].Position;
            Vector2 to = points[i].Position;
            bool begins = points[i - 1].StartsStroke || points[i - 1].IsCorner;
            bool ends = points[i].IsCorner || i + 1 == points.Length || points[i + 1].StartsStroke;
            Vector2 leaving = begins ? to - from : (to - points[i - 2].Position) / 2;
            Vector2 arriving = ends ? to - from : (points[i + 1].Position - from) / 2;

            // At its ends a stroke goes on bending as it bends next to them.
            leaving = begins && !ends ? ((3 * (to - from)) - arriving) / 2 : leaving;
            arriving = ends && !begins ? ((3 * (to - from)) - leaving) / 2 : arriving;
            Vector2 previous = from;
            for (int step = 1; step <= StepsPerCurve; step++)
            {
                Vector2 next = Hermite(from, leaving, to, arriving, step / (float)StepsPerCurve);
                DrawLine(previous, next, radius, image);
                previous = next;
            }
        }
    }

    private static Vector2 Hermite(Vector2 from, Vector2 leaving, Vector2 to, Vector2 arriving, float t)
    {
        float t2 = t * t, t3 = t2 * t;
        return (((2 * t3) - (3 * t2) + 1) * from) + ((t3 - (2 * t2) + t) * leaving)
            + (((3 * t2) - (2 * t3)) * to) + ((t3 - t2) * arriving);
    }

    private static void DrawLine(Vector2 from, Vector2 to, float radius, Span<float> image)
    {
        Vector2 along = to - from;
        float inverseSquare = 1 / Math.Max(along.LengthSquared(), 1e-6f);
        Vector2 reach = new(radius + 1);
        Vector2 low = Vector2.Clamp(Vector2.Min(from, to) - reach, Vector2.Zero, new(LabelledImages.Side));
        Vector2 high = Vector2.Clamp(Vector2.Max(from, to) + reach, Vector2.Zero, new(LabelledImages.Side));
        for (int row = (int)low.Y; row < (int)high.Y; row++)
        {
            for (int column = (int)low.X; column < (int)high.X; column++)
            {
                Vector2 pixel = new(column + 0.5f, row + 0.5f);
                float t = Math.Clamp(Vector2.Dot(pixel - from, along) * inverseSquare, 0, 1);
                float covered = Math.Clamp(radius + 0.5f - Vector2.Distance(pixel, from + (t * along)), 0, 1);
                ref float grey = ref image[(row * LabelledImages.Side) + column];
                grey = Math.Max(grey, covered);
            }
        }
    }
}
