using System.Numerics;

namespace Quickstart;

/// <summary>Draws lines with smooth edges.</summary>
internal static class Pen
{
    /// <summary>Draws a straight line; each pixel becomes at least as dark as the line covers it.</summary>
    /// <param name="from">One end, in pixels.</param>
    /// <param name="to">The other end, in pixels.</param>
    /// <param name="radius">Half the width of the line, in pixels.</param>
    /// <param name="image">The image, 28 x 28, 0 for paper to 1 for ink.</param>
    public static void DrawLine(Vector2 from, Vector2 to, float radius, Span<float> image)
    {
        Vector2 along = to - from, reach = new(radius + 1), size = new(DigitData.Side);
        Vector2 low = Vector2.Clamp(Vector2.Min(from, to) - reach, Vector2.Zero, size), high = Vector2.Clamp(Vector2.Max(from, to) + reach, Vector2.Zero, size);
        for (int row = (int)low.Y; row < (int)high.Y; row++)
        {
            for (int column = (int)low.X; column < (int)high.X; column++)
            {
                Vector2 pixel = new(column + 0.5f, row + 0.5f);
                float t = Math.Clamp(Vector2.Dot(pixel - from, along) / Math.Max(along.LengthSquared(), 1e-6f), 0, 1);
                float covered = Math.Clamp(radius + 0.5f - Vector2.Distance(pixel, from + (t * along)), 0, 1);
                ref float gray = ref image[(row * DigitData.Side) + column];
                gray = Math.Max(gray, covered);
            }
        }
    }
}
