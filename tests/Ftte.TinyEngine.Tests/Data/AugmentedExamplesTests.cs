namespace Ftte.TinyEngine.Tests;

public sealed class AugmentedExamplesTests
{
    private const int Height = 4, Width = 5, Channels = 2, Length = Height * Width * Channels;
    private static readonly ArrayExamples Source = TestData.Examples(count: 3, Length, classes: 3, seed: 5);

    [Fact]
    public void Every_draw_gives_one_of_all_crops_and_mirrored_crops_and_each_comes_up()
    {
        var augmented = new AugmentedExamples(Source, Height, Width, Channels, new AugmentationOptions { CropPadding = 2 });
        float[] original = new float[Length], input = new float[Length];
        Source.CopyTo(1, original);
        var expected = new Dictionary<string, int>();
        foreach (bool flip in new[] { false, true })
        {
            for (int down = -2; down <= 2; down++)
            {
                for (int right = -2; right <= 2; right++)
                {
                    expected.Add(TestData.Hash(Reference(original, down, right, flip)), 0);
                }
            }
        }

        for (ulong draw = 0; draw < 2000; draw++)
        {
            Array.Fill(input, float.NaN);
            Assert.Equal(Source.CopyTo(1, original), augmented.CopyTo(1, draw, input));
            expected[TestData.Hash(input)]++;
        }

        Assert.Equal(50, expected.Count);
        Assert.All(expected.Values, times => Assert.InRange(times, 10, 90));
    }

    [Fact]
    public void The_same_draw_gives_the_same_image()
    {
        var augmented = new AugmentedExamples(Source, Height, Width, Channels, new AugmentationOptions { CropPadding = 1 });
        string[] hashes = [.. Enumerable.Range(0, 64).Select(draw => Hash(augmented, 0, (ulong)draw))];
        Assert.Equal(hashes, Enumerable.Range(0, 64).Select(draw => Hash(augmented, 0, (ulong)draw)));
        Assert.True(hashes.Distinct().Count() > 10);
    }

    [Fact]
    public void Without_a_draw_images_come_as_they_are()
    {
        var augmented = new AugmentedExamples(Source, Height, Width, Channels, new AugmentationOptions { CropPadding = 3 });
        float[] original = new float[Length], input = new float[Length];
        Assert.Equal(Source.CopyTo(2, original), augmented.CopyTo(2, input));
        Assert.Equal(original, input);
        Assert.Equal((3, Length), (augmented.Count, augmented.InputLength));
    }

    [Fact]
    public void Only_a_source_with_something_to_change_varies()
    {
        var nothing = new AugmentationOptions { CropPadding = 0, FlipHorizontally = false };
        var still = new AugmentedExamples(Source, Height, Width, Channels, nothing);
        var flipped = new AugmentedExamples(Source, Height, Width, Channels, new AugmentationOptions { CropPadding = 0 });
        Assert.False(Source.VariesByDraw());
        Assert.False(still.VariesByDraw);
        Assert.True(flipped.VariesByDraw);
        Assert.True(new AugmentedExamples(flipped, Height, Width, Channels, nothing).VariesByDraw);
        Assert.Equal(Hash(Source, 1, 0), Hash(still, 1, 17));
    }

    [Fact]
    public void Augmenting_an_example_allocates_nothing()
    {
        var augmented = new AugmentedExamples(Source, Height, Width, Channels, new AugmentationOptions { CropPadding = 2 });
        float[] input = new float[Length];
        augmented.CopyTo(0, 1, input);
        Assert.Equal(0, Allocated.AtMost(0, () => augmented.CopyTo(0, 2, input)));
    }

    [Fact]
    public void A_source_that_does_not_vary_is_read_as_it_is_whatever_the_draw()
    {
        float[] original = new float[Length], input = new float[Length];
        Source.CopyTo(1, original);
        Assert.Equal(Source.CopyTo(1, input), Source.CopyTo(1, draw: 3, input));
        Assert.Equal(original, input);
    }

    [Fact]
    public void A_source_that_wraps_varying_examples_forwards_the_draw()
    {
        var augmented = new AugmentedExamples(Source, Height, Width, Channels, new AugmentationOptions { CropPadding = 2 });
        var wrapped = new ReconstructionExamples(augmented);
        Assert.True(wrapped.VariesByDraw);
        Assert.Equal(Enumerable.Range(0, 20).Select(d => Hash(augmented, 1, (ulong)d)), Enumerable.Range(0, 20).Select(d => Hash(wrapped, 1, (ulong)d)));
    }

    [Fact]
    public void A_size_other_than_the_images_own_is_refused()
    {
        Assert.Throws<ArgumentException>(() => new AugmentedExamples(Source, Height, Width, Channels + 1));
        Assert.Throws<ArgumentException>(() => new AugmentedExamples(Source, 65536, 65536, 65536));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AugmentedExamples(Source, Height, Width, Channels, new AugmentationOptions { CropPadding = 4 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new AugmentedExamples(Source, Height, Width, Channels, new AugmentationOptions { CropPadding = -1 }));
    }

    private static string Hash(IExampleSource examples, int index, ulong draw)
    {
        float[] input = new float[Length];
        examples.CopyTo(index, draw, input);
        return TestData.Hash(input);
    }

    private static float[] Reference(float[] image, int down, int right, bool flip)
    {
        float[] result = new float[Length];
        for (int row = 0; row < Height; row++)
        {
            for (int column = 0; column < Width; column++)
            {
                int fromRow = row - down, fromColumn = column - right;
                if (fromRow is < 0 or >= Height || fromColumn is < 0 or >= Width)
                {
                    continue;
                }

                fromColumn = flip ? Width - 1 - fromColumn : fromColumn;
                image.AsSpan(((fromRow * Width) + fromColumn) * Channels, Channels).CopyTo(result.AsSpan(((row * Width) + column) * Channels));
            }
        }

        return result;
    }
}
