using Ftte.Simulation.Randomness;
using Quickstart;

namespace Ftte.Samples.Tests.Quickstart;

public class HandwritingTests
{
    private const ulong Seed = 7;
    private const int Pixels = DigitData.Side * DigitData.Side;

    [Fact]
    public void The_same_seed_writer_digit_and_index_give_the_same_image() => Assert.Equal(Draw(Seed, writer: 3, digit: 5, index: 9), Draw(Seed, writer: 3, digit: 5, index: 9));

    [Fact]
    public void An_image_does_not_depend_on_the_images_before_it()
    {
        var writer = new Handwriting(Seed, 1);
        float[] image = new float[Pixels];
        for (int index = 40; index >= 0; index -= 7)
        {
            writer.Draw(index % 10, index, image);
            Assert.Equal(Draw(Seed, 1, index % 10, index), image);
        }
    }

    [Fact]
    public void Another_seed_another_writer_and_another_index_give_other_images()
    {
        float[] image = Draw(Seed, writer: 10, digit: 0, index: 0);
        Assert.NotEqual(image, Draw(Seed + 1, writer: 10, digit: 0, index: 0));
        Assert.NotEqual(image, Draw(Seed, writer: 20, digit: 0, index: 0));
        Assert.NotEqual(image, Draw(Seed, writer: 10, digit: 0, index: 10));
    }

    [Fact]
    public void Every_image_shows_ink_on_paper_in_gray_from_0_to_1()
    {
        for (int i = 0; i < 600; i++)
        {
            float[] image = Draw(Seed, writer: i / 10, digit: i % 10, index: i);
            Assert.All(image, gray => Assert.InRange(gray, 0, 1));

            // The thinnest 1 has some twenty dark pixels; with a third of the image dark no digit can be read.
            Assert.InRange(image.Count(gray => gray > 0.45f), 10, Pixels / 3);
        }
    }

    [Fact]
    public void A_writer_writes_three_favorite_digits_most_often()
    {
        var writer = new Handwriting(Seed, 0);
        var random = new SeededRandom(1);
        int[] counts = new int[10];
        for (int i = 0; i < 500; i++)
        {
            counts[writer.NextDigit(ref random)]++;
        }

        int[] sorted = [.. counts.OrderDescending()];
        Assert.True(sorted[2] > 2 * sorted[3], string.Join(" ", counts));
    }

    private static float[] Draw(ulong seed, int writer, int digit, int index)
    {
        float[] image = new float[Pixels];
        new Handwriting(seed, writer).Draw(digit, index, image);
        return image;
    }
}
