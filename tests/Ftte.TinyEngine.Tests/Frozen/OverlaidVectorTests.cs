namespace Ftte.TinyEngine.Tests;

public unsafe class OverlaidVectorTests
{
    [Fact]
    public void Replaced_ranges_are_read_from_the_packed_values_and_the_others_from_the_vector()
    {
        float[] values = [0, 1, 2, 3, 4, 5, 6, 7], packed = [-2, -3, -6];
        var replaced = ParameterSelection.Create(8, [new(2, 2), new(6, 1)]);
        fixed (float* vector = values, own = packed)
        {
            using var overlaid = new OverlaidVector(vector, replaced, own);
            float[] all = new float[8];
            overlaid.CopyTo(0, all);

            Assert.Equal([0, 1, -2, -3, 4, 5, -6, 7], all);
            Assert.Equal([-2, 4, -6, 7], new[] { 2, 4, 6, 7 }.Select(start => *overlaid.PointerTo(start)));
        }
    }
}
