using System.Text;
using Ftte.TinyEngine.TimeSeries;

namespace Ftte.TinyEngine.Tests.TimeSeries;

public class RecordingFileTests
{
    private const string Header = "a,b,timestamp,label\n";
    private static readonly RecordingFormat Format = new() { Channels = ["a", "b"], Labels = ["REST", "WALK"] };

    [Fact]
    public void Samples_times_and_labels_are_those_of_the_file()
    {
        Recording recording = Read(Header + "1.5,-2,1000,WALK\n0.1,3e-2,1009,REST\n0,1,1009,REST\n");

        Assert.Equal((2, 3), (recording.ChannelCount, recording.Length));
        Assert.Equal([1.5f, -2, 0.1f, 0.03f, 0, 1], recording.Samples.ToArray());
        Assert.Equal([1000.0, 1009, 1009], recording.Times.ToArray().Select(time => time.TotalMilliseconds));
        Assert.Equal([1, 0, 0], recording.Labels.ToArray());
    }

    [Theory]
    [InlineData("\uFEFFa,b,timestamp,label\r\n1,2,3,WALK\r\n\r\n")]
    [InlineData("label,timestamp,other,b,a\nWALK,3,text,2,1")]
    [InlineData(" a , b ,timestamp,label\n\n 1, 2 , 3 ,WALK\t\n")]
    public void Byte_order_marks_ends_of_lines_blank_lines_and_other_columns_change_nothing(string content)
    {
        Recording recording = Read(content);
        Assert.Equal([1f, 2f], recording.Samples.ToArray());
        Assert.Equal((3.0, 1), (recording.Times.Span[0].TotalMilliseconds, recording.Labels.Span[0]));
    }

    [Fact]
    public void Times_have_the_unit_of_the_format()
    {
        Recording recording = RecordingFile.Read(Stream(Header + "1,2,-0.5,WALK\n1,2,1.25,WALK\n"), Format with { TimeUnit = TimeSpan.FromSeconds(1) });
        Assert.Equal([-500.0, 1250], recording.Times.ToArray().Select(time => time.TotalMilliseconds));
    }

    [Fact]
    public void An_empty_cell_is_a_sample_without_a_label() =>
        Assert.Equal([1, Recording.NoLabel, Recording.NoLabel], Read(Header + "1,2,3,WALK\n1,2,4,\n1,2,5, \n").Labels.ToArray());

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData("\n\n", "it is empty")]
    [InlineData("a,b,timestamp,label\n", "it has no samples after the names of the columns")]
    [InlineData("a,timestamp,label\n1,2,WALK\n", "it has no column 'b', only a, timestamp, label")]
    [InlineData("a,b,label\n1,2,WALK\n", "it has no column 'timestamp'")]
    [InlineData("a,a,b,timestamp,label\n1,1,2,3,WALK\n", "it has two columns 'a'")]
    [InlineData("a,b,timestamp,label\n1,2,3\n", "line 2 has 3 values, but the header has 4 columns")]
    [InlineData("a,b,timestamp,label\n1,2,3,WALK\n1,2,3,WALK,5\n", "line 3 has more than 4 values, but the header has 4 columns")]
    [InlineData("a,b,timestamp,label\n1,x,3,WALK\n", "line 2 has 'x' in column 'b', which is not a finite number")]
    [InlineData("a,b,timestamp,label\n1,,3,WALK\n", "line 2 has '' in column 'b', which is not a finite number")]
    [InlineData("a,b,timestamp,label\n1,NaN,3,WALK\n", "line 2 has 'NaN' in column 'b', which is not a finite number")]
    [InlineData("a,b,timestamp,label\n1,1e99,3,WALK\n", "line 2 has '1e99' in column 'b', which is not a finite number")]
    [InlineData("a,b,timestamp,label\n1,2,soon,WALK\n", "line 2 has 'soon' in column 'timestamp', which is not a time")]
    [InlineData("a,b,timestamp,label\n1,2,9223372036854775807,WALK\n", "line 2 has '9223372036854775807' in column 'timestamp', which is not a time")]
    [InlineData("a,b,timestamp,label\n1,2,3,WALK\n1,2,2,WALK\n", "line 3 has the time 2, which is before that of the previous sample")]
    [InlineData("a,b,timestamp,label\n1,2,3,JUMP\n", "line 2 has the label 'JUMP', but the known labels are REST, WALK")]
    [InlineData("a,b,timestamp,label\n1,2,3,\0WALK\n", "line 2 has bytes that are not text")]
    [InlineData("\u001F\u008Bgzip", "line 1 has bytes that are not text")]
    public void A_wrong_file_is_refused_with_one_line_that_states_the_place(string content, string problem)
    {
        string message = Assert.Throws<InvalidDataException>(() => Read(content)).Message;
        Assert.StartsWith($"The stream cannot be read: {problem}", message, StringComparison.Ordinal);
        Assert.Matches(@"\. [A-Z]", message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void Bytes_that_are_no_UTF_8_are_refused()
    {
        byte[] content = [.. Encoding.ASCII.GetBytes(Header), 0xC3, 0x28, (byte)'\n'];
        Assert.Contains("line 2 has bytes that are not text", Assert.Throws<InvalidDataException>(() => RecordingFile.Read(new MemoryStream(content), Format)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4096, false)]
    [InlineData(4097, true)]
    [InlineData(100_000_000, true)]
    public void A_line_of_more_than_4096_bytes_is_refused_without_reading_it_into_memory(int length, bool isRefused)
    {
        using var stream = new SpacesStream(Header + "1,2,3,WALK", Header.Length + length);
        long allocated = Allocated.By(() =>
        {
            if (isRefused)
            {
                Assert.Contains("line 2 has more than 4096 bytes", Assert.Throws<InvalidDataException>(() => RecordingFile.Read(stream, Format)).Message, StringComparison.Ordinal);
            }
            else
            {
                Assert.Equal(1, RecordingFile.Read(stream, Format).Length);
            }
        });
        Assert.InRange(allocated, 0, 200_000);
    }

    [Fact]
    public void Lines_across_the_buffer_are_read_whole()
    {
        string[] lines = [.. Enumerable.Range(0, 5000).Select(i => $"{i}.{new string('1', 1 + (i % 37))},{-i},{i},{(i % 2 == 0 ? "REST" : "WALK")}")];
        Recording recording = Read(Header + string.Join('\n', lines));

        Assert.Equal(5000, recording.Length);
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => (float)-i), Enumerable.Range(0, 5000).Select(i => recording.Samples.Span[(2 * i) + 1]));
    }

    [Fact]
    public void A_format_that_describes_no_recording_is_refused()
    {
        Assert.Contains("no Channels", Assert.Throws<ArgumentException>(() => RecordingFile.Read(Stream(Header), Format with { Channels = [] })).Message, StringComparison.Ordinal);
        Assert.Contains("no Labels", Assert.Throws<ArgumentException>(() => RecordingFile.Read(Stream(Header), Format with { Labels = default })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => RecordingFile.Read(Stream(Header), Format with { TimeUnit = TimeSpan.Zero }));
    }

    [Fact]
    public void A_file_that_does_not_exist_is_named() =>
        Assert.Contains("does not exist", Assert.Throws<FileNotFoundException>(() => RecordingFile.Read("missing.csv", Format)).Message, StringComparison.Ordinal);

    private static Recording Read(string content) => RecordingFile.Read(Stream(content), Format);

    private static MemoryStream Stream(string content) => new(Encoding.UTF8.GetBytes(content));

    /// <summary>Text that is followed by spaces up to a length, without the memory for them.</summary>
    private sealed class SpacesStream(string start, int length) : MemoryStream
    {
        private int _position;

        public override int Read(Span<byte> buffer)
        {
            int count = Math.Min(buffer.Length, length - _position);
            for (int i = 0; i < count; i++, _position++)
            {
                buffer[i] = _position < start.Length ? (byte)start[_position] : (byte)' ';
            }

            return count;
        }
    }
}
