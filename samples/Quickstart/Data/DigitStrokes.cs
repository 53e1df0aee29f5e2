using System.Numerics;

namespace Quickstart;

/// <summary>Defines two ways to write each digit, as strokes of a pen: points in a box of 100 x 100, x to the right and y down.</summary>
internal static class DigitStrokes
{
    private static readonly string[][] Ways =
    [
        ["52,6 28,12 14,38 14,64 28,90 52,95 76,86 86,60 84,34 70,10 48,6", "64,12 36,7 16,35 18,72 42,94 72,84 84,50 74,18 52,4"],
        ["50,5 50,50 50,95", "30,26 54,6 54,50 54,94 / 28,94 80,94"],
        ["16,28 28,9 52,5 74,14 80,32 68,54 42,76 16,94 50,93 86,93", "18,24 38,6 66,8 78,28 64,54 36,82 18,92 16,80 34,78 56,88 86,94"],
        ["18,16 40,5 68,9 78,26 66,43 42,48 68,52 84,70 74,90 46,96 18,86", "18,8 50,8 80,8 62,26 44,44 70,48 84,68 72,90 44,96 18,86"],
        ["26,6 22,34 18,56 50,56 86,56 / 66,30 66,60 64,96", "62,96 62,50 62,5 40,32 14,66 50,66 90,66"],
        ["80,7 52,7 26,8 22,28 20,45 44,38 72,46 82,66 72,88 44,96 16,86", "28,8 24,28 22,44 46,38 74,46 82,68 70,90 42,95 16,86 / 28,8 56,7 84,6"],
        ["70,6 44,20 24,48 18,74 32,94 60,95 78,78 70,58 46,54 24,70", "56,4 38,30 22,58 20,80 38,95 64,92 78,74 64,56 40,58 22,74"],
        ["14,9 50,8 84,8 62,42 42,95", "14,9 50,8 84,8 62,42 42,95 / 36,50 78,48"],
        ["74,18 52,5 28,14 28,34 50,48 76,64 78,84 52,96 24,86 22,66 48,48 70,34 76,18", "50,6 28,14 26,34 50,46 74,34 72,14 50,6 / 50,46 22,58 20,82 50,95 80,82 78,58 50,46"],
        ["76,24 60,7 34,10 22,30 34,50 60,48 76,26 76,60 72,95", "74,28 54,8 28,18 28,42 52,52 74,30 66,62 52,96"],
    ];

    private static readonly Vector2[][][][] Parsed = [.. Ways.Select(ways => ways.Select(Parse).ToArray())];

    /// <summary>Returns the strokes of each way to write a digit, in the unit square.</summary>
    public static Vector2[][][] Of(int digit) => Parsed[digit];

    private static Vector2[][] Parse(string way) => [.. way.Split(" / ").Select(stroke => stroke.Split(' ').Select(ParsePoint).ToArray())];

    private static Vector2 ParsePoint(string point) => new Vector2(float.Parse(point.Split(',')[0]), float.Parse(point.Split(',')[1])) / 100;
}
