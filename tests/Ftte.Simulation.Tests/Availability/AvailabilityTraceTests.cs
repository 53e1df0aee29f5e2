
using Ftte.Simulation.Availability;

namespace Ftte.Simulation.Tests;

public sealed class AvailabilityTraceTests
{
    [Fact]
    public void Devices_come_in_the_order_of_their_first_lines_with_their_own_windows()
    {
        var trace = Read("""
            # seconds since the beginning
            b,0,10

            a, 2.5 ,4
            b,10,20
              a  ,1e2,200
            """);
        Assert.Equal(["b", "a"], trace.Select(entry => entry.Device));
        Assert.Equal([(0.0, 10.0), (10.0, 20.0)], Windows(trace[0].Availability));
        Assert.Equal([(2.5, 4.0), (100.0, 200.0)], Windows(trace[1].Availability));
    }

    [Theory]
    [InlineData("")]
    [InlineData("# nothing but a comment\n\n   \n")]
    public void A_trace_without_windows_has_no_devices(string text) => Assert.Empty(Read(text));

    [Fact]
    public void Times_may_be_negative() => Assert.Equal([(-5.0, -1.0)], Windows(Read("a,-5,-1")[0].Availability));

    [Fact]
    public void Times_are_read_alike_in_every_country()
    {
        using var german = new CommaCulture();

        Assert.Equal([(0.5, 1.5)], Windows(Read("a,0.5,1.5")[0].Availability));
    }

    [Theory]
    [InlineData("a,1", "it has 2 fields instead of three. Write device,from,to")]
    [InlineData("a,1,2,3", "it has 4 fields instead of three. Write device,from,to")]
    [InlineData("a;1;2", "it has 1 fields instead of three. Write device,from,to")]
    [InlineData(" # not at the beginning", "it has 1 fields instead of three. Write device,from,to")]
    [InlineData(",1,2", "the first field, device, is empty. Give the device a name")]
    [InlineData("  ,1,2", "the first field, device, is empty. Give the device a name")]
    [InlineData("a,one,2", "the second field, from, is 'one'. Specify a number of seconds, such as 12.5")]
    [InlineData("a,one,two", "the second field, from, is 'one'. Specify a number of seconds, such as 12.5")]
    [InlineData("a,1,", "the third field, to, is ''. Specify a number of seconds, such as 12.5")]
    [InlineData("a,1,NaN", "the third field, to, is 'NaN'. Specify a number of seconds, such as 12.5")]
    [InlineData("a,1,Infinity", "the third field, to, is Infinity. Specify a time of less than 10000000000 seconds before or after the beginning")]
    [InlineData("a,1,1e11", "the third field, to, is 1e11. Specify a time of less than 10000000000 seconds before or after the beginning")]
    [InlineData("a,-1e10,1", "the second field, from, is -1e10. Specify a time of less than 10000000000 seconds before or after the beginning")]
    [InlineData("a, 2 ,2", "the third field, to, is 2 and not later than the second, from, which is 2. Correct the times")]
    [InlineData("a,3,2", "the third field, to, is 2 and not later than the second, from, which is 3. Correct the times")]
    [InlineData("a,1,1.00000000001", "the third field, to, is 1.00000000001 and not later than the second, from, which is 1. Correct the times")]
    public void A_line_that_is_no_window_is_refused_with_its_number_and_the_field_that_is_wrong(string line, string reason)
    {
        string message = Assert.Throws<InvalidDataException>(() => Read($"# a comment counts as a line\n\na,0,1\n{line}\n")).Message;
        Assert.Equal($"of phones, line 4: {reason}.", message);
    }

    [Fact]
    public void A_header_is_refused_with_what_to_do()
    {
        string message = Assert.Throws<InvalidDataException>(() => Read("device,from,to\na,0,1")).Message;
        Assert.Equal("of phones, line 1: 'device,from,to' has no times and may be a header. Remove it, or put a # before it.", message);
        Assert.Single(Read("#device,from,to\na,0,1"));
    }

    [Fact]
    public void A_line_that_is_much_too_long_is_refused_for_that() =>
        Assert.EndsWith("line 1: it has 5004 characters, but the maximum is 4096. Shorten it.", Assert.Throws<InvalidDataException>(() => Read($"{new string('a', 5000)},1,2")).Message);

    [Theory]
    [InlineData("a,10,20\nb,0,5\na,19,30")]
    [InlineData("a,10,20\nb,0,5\na,0,5")]
    [InlineData("a,10,20\nb,0,5\na,10,20")]
    public void A_window_out_of_order_is_refused_with_its_number_and_its_device(string text)
    {
        string message = Assert.Throws<InvalidDataException>(() => Read(text)).Message;
        Assert.StartsWith("of phones, line 3: it begins before", message);
        Assert.Contains("'a'", message);
        Assert.Contains("Sort the lines", message);
    }

    [Fact]
    public void A_file_is_read_and_named_in_errors()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, "a,0,1\r\nb,2,3\r\n");
            Assert.Equal(["a", "b"], AvailabilityTrace.Read(path).Select(entry => entry.Device));
            File.AppendAllText(path, "c,0\r\n");
            Assert.StartsWith($"{path}, line 3: ", Assert.Throws<InvalidDataException>(() => AvailabilityTrace.Read(path)).Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_an_input_error() =>
        Assert.Throws<FileNotFoundException>(() => AvailabilityTrace.Read(Path.Combine(Path.GetTempPath(), "no-such-trace-of-ftte.csv")));

    private static IReadOnlyList<(string Device, AvailabilityPattern Availability)> Read(string text) =>
        AvailabilityTrace.Read(new StringReader(text), "of phones");

    private static List<(double From, double To)> Windows(AvailabilityPattern pattern)
    {
        var windows = new List<(double, double)>();
        for (TimeSpan time = TimeSpan.MinValue; pattern.WindowAt(time) is { } window; time = window.To)
        {
            windows.Add((window.From.TotalSeconds, window.To.TotalSeconds));
        }

        return windows;
    }
}
