using Quickstart;

namespace Ftte.Samples.Tests.Quickstart;

public class DigitGeneratorTests
{
    private const ulong Seed = 7;

    [Fact]
    public void The_same_seed_writer_and_index_give_the_same_picture()
    {
        Assert.Equal(Favourites(Seed, writer: 3, count: 20).Pixels, Favourites(Seed, writer: 3, count: 20).Pixels);
        Assert.Equal(Favourites(Seed, writer: 3, count: 20).Labels, Favourites(Seed, writer: 3, count: 20).Labels);
    }

    [Fact]
    public void A_picture_does_not_depend_on_how_many_others_are_drawn_or_in_what_order()
    {
        LabelledImages many = Favourites(Seed, writer: 1, count: 40);
        Writer writer = Writers.Create(Seed, 2)[1];
        var generator = new DigitGenerator(Seed);
        float[] image = new float[LabelledImages.PixelsPerImage];
        for (int i = many.Count - 1; i >= 0; i -= 7)
        {
            Assert.Equal(many.Labels[i], generator.DrawFavourite(writer, i, image));
            Assert.True(many[i].SequenceEqual(image));
        }
    }

    [Fact]
    public void A_writer_does_not_change_when_more_writers_are_invented()
    {
        WriterStyle one = Writers.Create(Seed, 5)[4].Style;
        WriterStyle other = Writers.Create(Seed, 50)[4].Style;
        Assert.Equal(one with { DigitWeights = other.DigitWeights }, other);
        Assert.Equal(one.DigitWeights.AsEnumerable(), other.DigitWeights.AsEnumerable());
    }

    [Fact]
    public void Another_seed_another_writer_and_another_index_give_other_pictures()
    {
        float[] picture = InTurn(Seed, writer: 10, index: 0);
        Assert.NotEqual(picture, InTurn(Seed + 1, writer: 10, index: 0));
        Assert.NotEqual(picture, InTurn(Seed, writer: 20, index: 0));
        Assert.NotEqual(picture, InTurn(Seed, writer: 10, index: 10));
    }

    [Fact]
    public void Pictures_for_testing_are_never_those_for_training()
    {
        Writer writer = Writers.Create(Seed, 1)[0];
        var generator = new DigitGenerator(Seed);
        LabelledImages training = LabelledImages.Draw(50, (i, image) => generator.DrawFavourite(writer, i, image));
        LabelledImages test = LabelledImages.Draw(50, (i, image) => generator.DrawInTurn(writer, i, image));
        for (int i = 0; i < training.Count; i++)
        {
            for (int j = 0; j < test.Count; j++)
            {
                Assert.False(training[i].SequenceEqual(test[j]));
            }
        }
    }

    [Fact]
    public void Every_picture_shows_ink_on_paper_in_grey_from_0_to_1()
    {
        Writer[] writers = Writers.Create(Seed, 60);
        var generator = new DigitGenerator(Seed);
        LabelledImages images = LabelledImages.Draw(600, (i, image) => generator.DrawInTurn(writers[i / 10], i % 10, image));
        Assert.All(images.Pixels, grey => Assert.InRange(grey, 0, 1));
        for (int i = 0; i < images.Count; i++)
        {
            int inked = 0;
            foreach (float grey in images[i])
            {
                inked += grey > 0.45f ? 1 : 0;
            }

            // The thinnest 1 has some twenty dark pixels; a quarter of the picture full of ink would be a blot.
            Assert.InRange(inked, 10, LabelledImages.PixelsPerImage / 3);
        }
    }

    [Fact]
    public void Digits_in_turn_come_equally_often()
    {
        Writer writer = Writers.Create(Seed, 4)[3];
        var generator = new DigitGenerator(Seed);
        LabelledImages images = LabelledImages.Draw(100, (i, image) => generator.DrawInTurn(writer, i, image));
        Assert.All(images.Labels.CountBy(label => label), digit => Assert.Equal(10, digit.Value));
        Assert.Equal(10, images.Labels.Distinct().Count());
    }

    [Fact]
    public void A_writer_writes_the_favourite_digits_most_often()
    {
        Writer writer = Writers.Create(Seed, 1)[0];
        int[] counts = new int[10];
        foreach (byte label in Favourites(Seed, writer: 0, count: 500).Labels)
        {
            counts[label]++;
        }

        double favourite = writer.Style.DigitWeights.Max();
        int leastFavourite = counts.Where((_, digit) => writer.Style.DigitWeights[digit] == favourite).Min();
        int mostOther = counts.Where((_, digit) => writer.Style.DigitWeights[digit] < favourite).Max();
        Assert.True(leastFavourite > 2 * mostOther, string.Join(" ", counts));
    }

    private static LabelledImages Favourites(ulong seed, int writer, int count)
    {
        Writer author = Writers.Create(seed, writer + 1)[writer];
        var generator = new DigitGenerator(seed);
        return LabelledImages.Draw(count, (i, image) => generator.DrawFavourite(author, i, image));
    }

    private static float[] InTurn(ulong seed, int writer, int index)
    {
        float[] image = new float[LabelledImages.PixelsPerImage];
        new DigitGenerator(seed).DrawInTurn(Writers.Create(seed, writer + 1)[writer], index, image);
        return image;
    }
}
