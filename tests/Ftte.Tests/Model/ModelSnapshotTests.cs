namespace Ftte.Tests;

public class ModelSnapshotTests
{
    private static readonly ParameterLayout Layout = ParameterLayout.Create(("a", [2]), ("b", [1]));

    [Fact]
    public void A_snapshot_copies_what_it_is_given()
    {
        float[] parameters = [1, 2, 3];
        var snapshot = new ModelSnapshot(Layout, new ModelVersion(4), parameters);
        parameters[0] = 9;
        Assert.Equal([1, 2, 3], snapshot.Parameters.ToArray());
        Assert.Equal(new ModelVersion(4), snapshot.Version);
        Assert.Same(Layout, snapshot.Layout);
        Assert.Null(snapshot.Changed);
    }

    [Fact]
    public void Taking_over_copies_nothing()
    {
        float[] parameters = [1, 2, 3];
        var changed = ParameterSelection.OfBlocks(Layout, "b");
        var snapshot = ModelSnapshot.TakeOver(Layout, new ModelVersion(4), parameters, changed);
        parameters[0] = 9;
        Assert.Equal([9, 2, 3], snapshot.Parameters.ToArray());
        Assert.Same(changed, snapshot.Changed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_vector_of_another_length_is_refused_with_both_lengths(int length)
    {
        Assert.All(
            [
                Assert.Throws<ArgumentException>(() => new ModelSnapshot(Layout, default, new float[length])),
                Assert.Throws<ArgumentException>(() => ModelSnapshot.TakeOver(Layout, default, new float[length])),
            ],
            error => Assert.Contains($"3 parameters, but the vector has {length}", error.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void A_start_that_is_not_finite_is_refused(float value) =>
        Assert.Throws<ArgumentException>(() => new ModelSnapshot(Layout, default, [1, value, 3]));

    [Fact]
    public void A_change_of_another_model_is_refused() =>
        Assert.Throws<ArgumentException>(() => ModelSnapshot.TakeOver(Layout, default, new float[3], ParameterSelection.Create(4, [new(0, 1)])));

    [Fact]
    public void Nothing_is_refused()
    {
        Assert.Throws<ArgumentNullException>(() => new ModelSnapshot(null!, default, new float[3]));
        Assert.Throws<ArgumentNullException>(() => ModelSnapshot.TakeOver(null!, default, new float[3]));
        Assert.Throws<ArgumentNullException>(() => ModelSnapshot.TakeOver(Layout, default, null!));
    }
}
