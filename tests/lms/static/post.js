// Sends the form of this page at once; without JavaScript its button does.
document.getElementById("post").submit();
