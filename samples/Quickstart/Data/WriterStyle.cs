using System.Collections.Immutable;

namespace Quickstart;

/// <summary>What makes one person's handwriting differ from another's.</summary>
/// <param name="Slant">How far the top leans to the right, as a share of the height; negative to the left.</param>
/// <param name="Rotation">The turn of the whole digit, in radians, clockwise.</param>
/// <param name="Width">The width of a digit, in pixels.</param>
/// <param name="Height">The height of a digit, in pixels.</param>
/// <param name="OffsetX">How far from the middle digits are put, in pixels to the right.</param>
/// <param name="OffsetY">The same, in pixels downwards.</param>
/// <param name="Thickness">The width of the line, in pixels.</param>
/// <param name="Ink">How dark the line is, up to 1.</param>
/// <param name="Noise">The deviation of the paper's grey.</param>
/// <param name="Jitter">How much the hand shakes: the deviation of each point, as a share of the digit's size.</param>
/// <param name="Habits">Where this writer always puts each point of each digit, off the textbook: the seed from which that is drawn.</param>
/// <param name="HabitStrength">The deviation of these habits, as a share of the digit's size.</param>
/// <param name="DigitWeights">How often each digit is written, relative to the others; the favourites weigh most.</param>
internal sealed record WriterStyle(
    float Slant,
    float Rotation,
    float Width,
    float Height,
    float OffsetX,
    float OffsetY,
    float Thickness,
    float Ink,
    float Noise,
    float Jitter,
    ulong Habits,
    float HabitStrength,
    ImmutableArray<double> DigitWeights);
